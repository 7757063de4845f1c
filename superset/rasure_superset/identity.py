"""Log-in at an identity provider by OpenID Connect, for Superset and for Airflow.

Both are applications of Flask-AppBuilder, whose view sends the browser to the provider
and fetches the answer; `openid_client` verifies it. This module decides who is let in,
as which account and with which roles.

- The provider's groups give the roles, at every log-in: what a group gave goes when the
  group is gone. Nobody gets in without a group that has a role.
- An account is known by the person's identifier at the provider (`sub`), never by the
  name, which the provider may give to somebody else later. The account's e-mail address
  holds a digest of it (`address_of`). So a name at the provider that is also the name
  of a local account, such as `admin`, does not open that account.
- A name that is not one of `USER_NAME_RULE` is refused, because names stand in the
  options of connections to PostgreSQL. So is a person for whom a role is missing: the
  missing role may be the one that keeps the person to an area.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from rasure_superset.access import PROVIDER_ADDRESS_ENDING, is_user_name

LOGGER = logging.getLogger(__name__)
VARIABLE = "RASURE_IDENTITY"
PROVIDER = "openid"  # part of the address to which the provider sends browsers back
LONGEST_NAME = 64  # characters of a first or last name
# For one answer of the provider. One that comes later is lost, and with it the refresh
# token in it, so that the session ends when the provider is asked the next time.
TIMEOUT_SECONDS = 15


class LogInRefused(Exception):
    """The provider's answer opens no account here; the message says why.

    No message holds a name or a group, which may be anything that was typed there.
    """


@dataclass(frozen=True)
class Identity:
    """The identity provider of one application, and which group gives which roles.

    `scope` names what the provider is asked for, separated by blanks. `name_claim` and
    `groups_claim` name the parts of its answer that hold the account's name and the
    groups.
    """

    issuer: str
    client_id: str
    client_secret: str
    scope: str
    name_claim: str
    groups_claim: str
    roles: Mapping[str, list[str]]

    @classmethod
    def from_environment(cls) -> Identity | None:
        """The provider that the variable `RASURE_IDENTITY` describes as JSON, if any.

        Raises `ValueError` or `TypeError` if it holds something else.
        """
        text = os.environ.get(VARIABLE)
        return cls(**json.loads(text)) if text else None

    def flask_settings(self) -> dict[str, object]:
        """The settings of Flask-AppBuilder for log-in at this provider."""
        from flask_appbuilder.const import AUTH_OAUTH

        from rasure_superset.openid_client import OpenIDClient

        return {
            "AUTH_TYPE": AUTH_OAUTH,
            "OAUTH_PROVIDERS": [
                {
                    "name": PROVIDER,
                    "icon": "fa-key",
                    "token_key": "access_token",
                    "remote_app": {
                        "client_cls": OpenIDClient,
                        "client_id": self.client_id,
                        "client_secret": self.client_secret,
                        "issuer": self.issuer,
                        "server_metadata_url": self.issuer.rstrip("/")
                        + "/.well-known/openid-configuration",
                        "client_kwargs": {
                            "scope": self.scope,
                            "code_challenge_method": "S256",
                            "default_timeout": TIMEOUT_SECONDS,
                        },
                    },
                }
            ],
        }


class ProviderLogIn:
    """What log-in at a provider adds to a security manager of Flask-AppBuilder.

    A subclass sets `identity`, and may extend `check_roles` and `note_refusal`.
    """

    identity: Identity | None = None

    def set_oauth_session(self, provider, oauth_response) -> None:
        """Keep the provider's tokens for this request only.

        Flask-AppBuilder itself would put one of them into the browser's cookie.
        """
        from flask import g

        g.provider_tokens = oauth_response

    def get_oauth_user_info(self, provider, resp) -> dict:
        """What the provider says of the person; verified by `openid_client`."""
        return self.oauth_remotes[provider].claims_of(
            resp, {self.identity.name_claim, self.identity.groups_claim}
        )

    def auth_user_oauth(self, userinfo, rotate_session_id=True):
        """The account of the person, with the roles of today; None if refused."""
        try:
            account = let_in(self, userinfo)
            rotate = getattr(self, "_rotate_session_id", None)  # Airflow has it
            if rotate and rotate_session_id:
                rotate()
            self.update_user_auth_stat(account)
        except LogInRefused as refusal:
            self.note_refusal(userinfo, str(refusal))
            return None
        return account

    def check_roles(self, roles: list) -> None:
        """Raise `LogInRefused` if one account may not have these roles together."""

    def note_refusal(self, claims: Mapping, reason: str) -> None:
        """Keep that a person whom the provider knows was not let in."""
        LOGGER.warning("log-in refused: %s", reason)


def let_in(manager, claims: Mapping):
    """The account of these claims, made if it is new, with the roles of today.

    `manager` is a security manager with `ProviderLogIn`. Raises `LogInRefused`. A
    person whose groups give no role loses the roles of the account.
    """
    name = claims.get(manager.identity.name_claim)
    if not isinstance(name, str) or not is_user_name(name):
        raise LogInRefused(
            f"the provider's {manager.identity.name_claim} is no name that an account "
            "may have"
        )
    address = address_of(manager.identity, claims)
    account = manager.find_user(email=address)
    roles = bring_roles_up_to_date(manager, account, claims)
    namesake = manager.find_user(username=name)
    if namesake is not None and (account is None or namesake.id != account.id):
        raise LogInRefused("another account here has the person's name")
    names = {
        "username": name,
        "first_name": _plain(claims.get("given_name")) or name,
        "last_name": _plain(claims.get("family_name")),
    }
    if account is None:
        account = manager.add_user(
            **names, email=address, role=roles, password=secrets.token_urlsafe(32)
        )
        if not account:
            raise LogInRefused("the account could not be made")
        return account
    if not account.is_active:
        raise LogInRefused("the account is switched off here")
    for key, value in names.items():
        setattr(account, key, value)
    manager.update_user(account)
    return account


def bring_roles_up_to_date(manager, account, claims: Mapping) -> list:
    """Give an account the roles of the person's groups and no others; returns them.

    `account` may be None. Raises `LogInRefused` if there are none, if one does not
    exist here, or if they may not be had together; the account then has no role.
    """
    try:
        roles = _roles_of(manager, claims)
    except LogInRefused:
        if account is not None:
            _set_roles(manager, account, [])
        raise
    if account is not None:
        _set_roles(manager, account, roles)
    return roles


def address_of(identity: Identity, claims: Mapping) -> str:
    """The e-mail address by which the account of a person at the provider is known."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise LogInRefused("the provider does not say who the person is (sub)")
    digest = sha256(f"{identity.issuer}\n{subject}".encode()).hexdigest()
    return digest[:40] + PROVIDER_ADDRESS_ENDING


def _roles_of(manager, claims: Mapping) -> list:
    groups = claims.get(manager.identity.groups_claim)
    if isinstance(groups, str):
        groups = [groups]
    if not isinstance(groups, list):
        groups = []
    names = {
        role
        for group in groups
        if isinstance(group, str)
        for role in manager.identity.roles.get(group, ())
    }
    if not names:
        raise LogInRefused("the person is in no group that has a role here")
    roles = [manager.find_role(name) for name in sorted(names)]
    if None in roles:
        raise LogInRefused("a role of the person's groups does not exist here")
    manager.check_roles(roles)
    return roles


def _set_roles(manager, account, roles: list) -> None:
    has = {role.id for role in account.roles}
    if has != {role.id for role in roles} or account.groups:
        account.roles = roles
        account.groups = []  # groups made by hand, which would give more roles
        manager.update_user(account)


def _plain(name: object) -> str:
    """A first or last name without signs that are not printed, cut to its column."""
    if not isinstance(name, str):
        return ""
    return "".join(sign for sign in name if sign.isprintable())[:LONGEST_NAME]
