"""Log-ins and the sessions that they open, in two tables of Superset's database.

Superset's cookie alone would go on after a log-out: whoever copied it is still let in.
So the cookie names a row of `rasure_sessions`, and a request is let in only while that
row is open. Log-out ends the row, and with it every copy of the cookie. A session also
ends when it was idle or open for too long, or when the password has changed. Superset
itself refuses an account that is switched off.

A session that was opened at an identity provider also holds the provider's tokens,
encrypted. Every minute in which it is used, the provider is asked again
(`rasure_superset.identity`): a person who was removed there is out, and so is one whose
groups give no role any more. If the provider does not answer for five minutes, the
session is shut until it does.

`rasure_log_ins` holds each attempt with its address. Too many wrong passwords lock the
account for a while. A name that no account has is not kept: it may be a password that
was typed into the wrong field.
"""

from __future__ import annotations

import base64
import json
import logging
import secrets
from collections.abc import Callable
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app, has_request_context, request, session
from sqlalchemy import inspect, text

LOGGER = logging.getLogger(__name__)
COOKIE_KEY = "rasure_session"
LEAST_PASSWORD = 12  # characters
LET_IN, REFUSED, LOCKED = "let in", "refused", "locked"
TABLES = (
    """
    create table if not exists rasure_sessions (
        token_digest text primary key,
        user_id integer not null,
        password_digest text not null,
        address text,
        started_at timestamptz not null default current_timestamp,
        seen_at timestamptz not null default current_timestamp,
        ended_at timestamptz
    )
    """,
    """
    create table if not exists rasure_log_ins (
        username text,
        address text,
        outcome text not null,
        attempted_at timestamptz not null default current_timestamp
    )
    """,
    """
    create index if not exists rasure_log_ins_by_name
    on rasure_log_ins (username, attempted_at)
    """,
)
# Columns of `rasure_sessions` that tables of earlier releases have not.
LATER_COLUMNS = {
    "provider_tokens": "text",
    "asked_at": "timestamptz",
    "confirmed_at": "timestamptz",
}
IS_OPEN = """
    select
        seen_at < now() - interval '1 minute' as is_stale,
        asked_at < now() - interval '1 minute' as must_ask,
        confirmed_at > now() - interval '5 minutes' as is_confirmed
    from rasure_sessions
    where token_digest = :token
        and user_id = :user_id
        and password_digest = :password
        and ended_at is null
        and seen_at > now() - make_interval(mins => :idle_minutes)
        and started_at > now() - make_interval(hours => :longest_hours)
        and (provider_tokens is not null) = :by_provider
"""
# Other requests of the session wait here for the one that asks.
LOCK_SESSION = """
    select
        provider_tokens,
        asked_at < now() - interval '1 minute' as must_ask,
        confirmed_at > now() - interval '5 minutes' as is_confirmed
    from rasure_sessions
    where token_digest = :token and ended_at is null
    for update
"""
IS_LOCKED = """
    select count(*) >= :wrong_passwords
    from rasure_log_ins
    where username = :username
        and outcome = 'refused'
        and attempted_at > now() - make_interval(mins => :minutes)
        and attempted_at > coalesce(
            (
                select max(attempted_at) from rasure_log_ins
                where username = :username and outcome = 'let in'
            ),
            '-infinity'
        )
"""
FORGET = (
    "delete from rasure_sessions where started_at < now() - interval '90 days'",
    "delete from rasure_log_ins where attempted_at < now() - interval '1 year'",
)


class Unanswered(Exception):
    """The provider gave no answer about a person."""


class Withdrawn(Exception):
    """The provider no longer vouches for a person; the message says why."""


# Asks the provider about the session's person, with the tokens that it gave; returns
# the tokens that it gives now. Raises `Unanswered` or `Withdrawn`.
Ask = Callable[[dict], dict]


def make_tables() -> None:
    """Create the tables and the columns that do not exist yet."""
    from superset import db

    for statement in TABLES:
        _change(statement)
    present = {one["name"] for one in inspect(db.engine).get_columns("rasure_sessions")}
    for name in LATER_COLUMNS.keys() - present:
        _change(f"alter table rasure_sessions add column {name} {LATER_COLUMNS[name]}")


def start(user, provider_tokens: dict | None = None) -> None:
    """Open a session for `user`, who has just been let in.

    `provider_tokens` are those of the identity provider, if it was asked.
    """
    if not has_request_context():
        return
    token = secrets.token_urlsafe(32)
    session[COOKIE_KEY] = token
    for statement in FORGET:
        _change(statement)
    _change(
        "insert into rasure_sessions (token_digest, user_id, password_digest, address,"
        " provider_tokens, asked_at, confirmed_at) values (:token, :user_id, :password,"
        " :address, :provider_tokens, now(), now())",
        token=_digest(token),
        user_id=user.id,
        password=_digest(user.password),
        address=request.remote_addr,
        provider_tokens=_seal(provider_tokens) if provider_tokens else None,
    )


def is_open(user, ask: Ask | None = None) -> bool:
    """True if the request's cookie names an open session of `user`.

    With `ask`, which asks the identity provider, only a session counts that was opened
    there; without it, only one that was opened with a password.
    """
    from superset import db

    token = session.get(COOKIE_KEY)
    if not token:
        return False
    names = {"token": _digest(token), "user_id": user.id}
    row = db.session.execute(
        text(IS_OPEN),
        {
            **names,
            "password": _digest(user.password),
            "idle_minutes": current_app.config["RASURE_IDLE_MINUTES"],
            "longest_hours": current_app.config["RASURE_LONGEST_HOURS"],
            "by_provider": ask is not None,
        },
    ).first()
    if row is None:
        return False
    if ask is not None:
        is_confirmed = row.is_confirmed
        if row.must_ask:
            is_confirmed = _confirm(names["token"], user, ask)
        if not is_confirmed:
            return False
    if row.is_stale:
        _change(
            "update rasure_sessions set seen_at = now() where token_digest = :token",
            token=names["token"],
        )
    return True


def end() -> None:
    """End the session that the request's cookie names."""
    if token := session.pop(COOKIE_KEY, None):
        _change(
            "update rasure_sessions set ended_at = now(), provider_tokens ="
            " case when provider_tokens is not null then '' end"
            " where token_digest = :token and ended_at is null",
            token=_digest(token),
        )


def provider_tokens() -> dict:
    """The identity provider's tokens of the request's session; empty if it has none."""
    from superset import db

    row = db.session.execute(
        text("select provider_tokens from rasure_sessions where token_digest = :token"),
        {"token": _digest(session.get(COOKIE_KEY))},
    ).first()
    return _unsealed(row.provider_tokens) if row and row.provider_tokens else {}


def _confirm(token_digest: str, user, ask: Ask) -> bool:
    """Ask the provider about a session's person, unless another request just did.

    Returns False if the session has ended, or if the provider has not answered for
    too long.
    """
    from superset import db

    with db.engine.begin() as connection:
        names = {"token": token_digest}
        row = connection.execute(text(LOCK_SESSION), names).first()
        if row is None or not row.must_ask:
            return row is not None and row.is_confirmed
        change, is_confirmed = "asked_at = now()", row.is_confirmed
        try:
            names["tokens"] = _seal(ask(_unsealed(row.provider_tokens)))
        except Unanswered as reason:
            LOGGER.warning("the identity provider does not answer: %s", reason)
        except Withdrawn as reason:
            LOGGER.warning("session of %s ended: %s", user.username, reason)
            change, is_confirmed = "ended_at = now(), provider_tokens = ''", False
        else:
            change = "asked_at = now(), confirmed_at = now(), provider_tokens = :tokens"
            is_confirmed = True
        connection.execute(
            text(f"update rasure_sessions set {change} where token_digest = :token"),
            names,
        )
        return is_confirmed


def is_locked(username: str) -> bool:
    """True if the account has had too many wrong passwords a short while ago."""
    from superset import db

    return db.session.execute(
        text(IS_LOCKED),
        {
            "username": username,
            "wrong_passwords": current_app.config["RASURE_WRONG_PASSWORDS"],
            "minutes": current_app.config["RASURE_LOCK_MINUTES"],
        },
    ).scalar()


def record_log_in(username: str | None, outcome: str) -> None:
    """Keep an attempt to log in; `username` is None if no account has the name."""
    address = request.remote_addr if has_request_context() else None
    if outcome != LET_IN:
        name = username or "a name that no account has"
        LOGGER.warning("log-in %s: %s from %s", outcome, name, address)
    _change(
        "insert into rasure_log_ins (username, address, outcome)"
        " values (:username, :address, :outcome)",
        username=username,
        address=address,
        outcome=outcome,
    )


def check_password(password: str) -> None:
    """Raise `PasswordComplexityValidationError` for a password that is too short."""
    from flask_appbuilder.exceptions import PasswordComplexityValidationError

    if len(password) < LEAST_PASSWORD:
        raise PasswordComplexityValidationError(
            f"A password has at least {LEAST_PASSWORD} characters."
        )


def _change(statement: str, **values) -> None:
    """Run a statement in a transaction of its own, apart from Superset's."""
    from superset import db

    with db.engine.begin() as connection:
        connection.execute(text(statement), values)


def _cipher() -> Fernet:
    key = sha256(b"rasure_sessions" + current_app.config["SECRET_KEY"].encode())
    return Fernet(base64.urlsafe_b64encode(key.digest()))


def _seal(tokens: dict) -> str:
    """The provider's tokens as they stand in the table, encrypted."""
    return _cipher().encrypt(json.dumps(tokens).encode()).decode()


def _unsealed(text: str) -> dict:
    """The tokens again; empty if Superset's key has changed since."""
    try:
        return json.loads(_cipher().decrypt(text.encode()))
    except InvalidToken:
        return {}


def _digest(secret: str | None) -> str:
    return sha256((secret or "").encode()).hexdigest()
