"""Who is let in to the dashboard, for how long, and what ends it."""

from __future__ import annotations

import re
import time

import httpx
import psycopg
import pytest

USER = "safeguarding"  # no other test of this folder logs in as this account


@pytest.fixture
def metadata(home):
    """Superset's own database, as its owner; attempts to log in are cleared after."""
    url = home.reader_url("superset", "superset")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
        connection.execute("delete from rasure_log_ins where outcome <> 'let in'")


def visitor(home) -> httpx.Client:
    return httpx.Client(base_url=home.url("superset"), timeout=60)


def token(client: httpx.Client, path: str) -> str:
    """The CSRF token in a form of Superset."""
    page = client.get(path, follow_redirects=True).text
    match = re.search(r'csrf_token[^>]*value="([^"]+)"', page) or re.search(
        r"csrf_token&#34;: ?&#34;([^&]+)&#34;", page
    )
    return match[1]


def log_in(home, password: str | None = None, user: str = USER) -> httpx.Client:
    """A client that has sent the log-in form."""
    client = visitor(home)
    form = {
        "username": user,
        "password": password or home.password("superset", USER),
        "csrf_token": token(client, "/login/"),
    }
    client.post("/login/", data=form)
    return client


def is_in(client: httpx.Client) -> bool:
    return client.get("/api/v1/me/").status_code == 200


def copy_of(home, client: httpx.Client) -> httpx.Client:
    """Another browser with the same cookies."""
    copy = visitor(home)
    copy.cookies = httpx.Cookies(client.cookies)
    return copy


def change_password(client: httpx.Client, new: str) -> None:
    form = "/resetmypassword/form"
    fields = {"password": new, "conf_password": new}
    fields["csrf_token"] = token(client, form)
    client.post(form, data=fields)


def test_a_log_out_ends_every_copy_of_the_cookie(home):
    client = log_in(home)
    copy = copy_of(home, client)
    other = log_in(home)
    assert is_in(client) and is_in(copy) and is_in(other)
    client.get("/logout/")
    assert not is_in(copy)
    assert not is_in(client)
    assert is_in(other)  # on another machine, with a session of its own


def test_a_changed_password_ends_every_session(home):
    client, elsewhere = log_in(home), log_in(home)
    old = home.password("superset", USER)
    change_password(client, "short")
    assert is_in(elsewhere)  # too short: nothing has changed
    new = "a-long-new-password"
    change_password(client, new)
    try:
        assert not is_in(elsewhere)
        assert not is_in(client)
        assert not is_in(log_in(home, old))
    finally:
        with_new = log_in(home, new)
        assert is_in(with_new)
        change_password(with_new, old)
    assert is_in(log_in(home, old))


@pytest.mark.parametrize("column", ["seen_at", "started_at"])
def test_an_idle_or_long_session_ends(home, metadata, column):
    client = log_in(home)
    assert is_in(client)
    metadata.execute(
        f"update rasure_sessions set {column} = {column} - interval '29 minutes'"
    )
    assert is_in(client)
    metadata.execute(
        f"update rasure_sessions set {column} = {column} - interval '12 hours'"
    )
    assert not is_in(client)


def test_a_request_keeps_a_session_alive(home, metadata):
    client = log_in(home)
    for _ in range(3):
        metadata.execute(
            "update rasure_sessions set seen_at = seen_at - interval '20 minutes'"
        )
        assert is_in(client)


def test_an_account_that_is_switched_off_is_out_at_once(home, metadata):
    client = log_in(home)
    switch = "update ab_user set active = %s where username = %s"
    metadata.execute(switch, (False, USER))
    try:
        assert not is_in(client)
        assert not is_in(log_in(home))
    finally:
        metadata.execute(switch, (True, USER))


def test_wrong_passwords_lock_an_account_and_are_on_record(home, metadata):
    for _ in range(20):
        assert not is_in(log_in(home, "not-the-password"))
        time.sleep(0.2)  # Superset takes five attempts a second from one address
    attempts = metadata.execute(
        "select outcome, address, count(*) from rasure_log_ins"
        " where username = %s and outcome <> 'let in' group by 1, 2 order by 3, 1",
        (USER,),
    ).fetchall()
    assert attempts == [("locked", "127.0.0.1", 10), ("refused", "127.0.0.1", 10)]
    assert not is_in(log_in(home))  # the right password, too early
    officer = home.password("superset", "officer")
    assert is_in(log_in(home, officer, "officer"))
    metadata.execute(
        "update rasure_log_ins set attempted_at = attempted_at - interval '16 minutes'"
    )
    assert is_in(log_in(home))


@pytest.mark.parametrize("name", ["a\tb", f"{USER}'", f"{USER}\nx", "no such"])
def test_an_odd_name_is_refused_and_not_kept(home, metadata, name):
    assert not is_in(log_in(home, user=name))
    kept = metadata.execute(
        "select username, outcome from rasure_log_ins"
        " order by attempted_at desc limit 1"
    ).fetchone()
    assert kept == (None, "refused")


@pytest.mark.parametrize("path", ["login", "login/", "refresh"])
def test_a_program_cannot_log_in_by_the_api(home, path):
    body = {
        "username": USER,
        "password": home.password("superset", USER),
        "provider": "db",
    }
    answer = visitor(home).post(f"/api/v1/security/{path}", json=body)
    assert answer.status_code == 404
