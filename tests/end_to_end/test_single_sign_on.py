"""Log-in at a real identity provider: groups, roles, removal, odd names."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from rasure.runtime.superset import synchronise
from tests.end_to_end import signing_on
from tests.end_to_end.signing_on import Browser, Provider

GROUPS = {
    "rasure-officers": {"rasure_officer"},
    "rasure-analysts": {
        "rasure_analyst",
        "rasure_people_risk",
        "rasure_people_vulnerable",
    },
    "rasure-engineers": {"rasure_engineer"},
    "rasure-offender-managers": {"rasure_officer", "rasure_people_risk"},
    "rasure-safeguarding": {"rasure_officer", "rasure_people_vulnerable"},
    "rasure-administrators": {"Admin"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("single-sign-on")


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    return {
        name: signing_on.free_port() for name in ("provider", "superset", "airflow")
    }


@pytest.fixture(scope="module")
def provider(ports) -> Iterator[Provider]:
    addresses = {
        "superset": f"http://127.0.0.1:{ports['superset']}",
        "airflow": f"http://127.0.0.1:{ports['airflow']}/auth",
    }
    with signing_on.provider(ports["provider"], addresses) as provider:
        yield provider


@pytest.fixture(scope="module")
def settings(home, folder, provider, ports):
    return signing_on.settings_beside(
        home.settings, folder, provider.issuer, superset=ports["superset"]
    )


@pytest.fixture(scope="module")
def site(settings, ports) -> Iterator[str]:
    with signing_on.superset_of(settings):
        yield f"http://127.0.0.1:{ports['superset']}"


@pytest.fixture(scope="module")
def metadata(home) -> Iterator[psycopg.Connection]:
    """Superset's own database; the accounts of these tests are removed after them."""
    url = home.reader_url("superset", "superset")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
        connection.execute(
            "delete from rasure_sessions where provider_tokens is not null"
        )
        connection.execute(
            "update ab_user set active = false where email like '%@openid.invalid'"
        )


@pytest.fixture
def browser(site) -> Browser:
    return Browser(site)


def a_minute_passes(metadata, minutes: int = 2) -> None:
    """So that the provider is asked again at the next request."""
    metadata.execute(
        "update rasure_sessions set asked_at = asked_at - make_interval(mins => %s),"
        " confirmed_at = confirmed_at - make_interval(mins => %s)",
        (minutes, minutes),
    )


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_gives_its_roles(provider, browser, group):
    name = group.removeprefix("rasure-") + "-1"
    provider("person", name, name, [group, "of another system"])
    browser.sign_on(name)
    assert browser.roles() == GROUPS[group]
    assert "oauth" not in str(dict(browser.http.cookies))


def test_the_log_in_page_offers_the_provider_and_takes_no_password(home, site):
    page = Browser(site).http.get(f"{site}/login/")
    assert page.status_code == 200
    assert "&#34;name&#34;: &#34;openid&#34;" in page.text
    form = {"username": "admin", "password": home.password("superset", "admin")}
    browser = Browser(site)
    browser.http.post(f"{site}/login/", data=form)
    assert not browser.is_in()
    answer = browser.http.post(
        f"{site}/api/v1/security/login", json={**form, "provider": "db"}
    )
    assert answer.status_code == 404


def test_a_group_that_is_gone_takes_its_roles_at_the_next_log_in(provider, site):
    provider("person", "mo", "mo", ["rasure-officers", "rasure-offender-managers"])
    first = Browser(site)
    first.sign_on("mo")
    assert first.roles() == {"rasure_officer", "rasure_people_risk"}
    provider("groups", "mo", ["rasure-officers"])
    second = Browser(site)
    second.sign_on("mo")
    assert second.roles() == {"rasure_officer"}
    assert first.roles() == {"rasure_officer"}  # of one account
    provider("groups", "mo", [])
    third = Browser(site)
    third.sign_on("mo")
    assert not third.is_in()


def test_nobody_without_a_group_of_ours_gets_in(provider, browser, metadata):
    provider("person", "stranger", "stranger", ["of another system"])
    browser.sign_on("stranger")
    assert not browser.is_in()
    accounts = metadata.execute(
        "select count(*) from ab_user where username = 'stranger'"
    ).fetchone()
    assert accounts == (0,)


@pytest.mark.parametrize(
    "shown",
    ["a\tb", "o'neill", 'a"b', "a\nb", "x" * 65, "x -c rasure.username=admin", "é"],
)
def test_an_odd_name_is_refused_and_on_record(provider, browser, metadata, shown):
    name = f"odd-{abs(hash(shown))}"
    provider("person", name, shown, ["rasure-administrators"])
    browser.sign_on(name)
    assert not browser.is_in()
    kept = metadata.execute(
        "select username, outcome, address from rasure_log_ins"
        " order by attempted_at desc limit 1"
    ).fetchone()
    assert kept == (None, "refused", "127.0.0.1")
    assert metadata.execute(
        "select count(*) from ab_user where username = %s", (shown,)
    ).fetchone() == (0,)


@pytest.mark.parametrize("shown", ["admin", "Officer", "rasure-sync"])
def test_the_name_of_a_local_account_does_not_open_it(provider, browser, shown):
    provider("person", f"thief-{shown}", shown, ["rasure-officers"])
    browser.sign_on(f"thief-{shown}")
    assert not browser.is_in()


@pytest.mark.parametrize("how", ["lock", "remove", "groups"])
def test_a_person_removed_at_the_provider_is_out(provider, site, metadata, how):
    """Within a minute, in which a session that is used asks the provider again."""
    name = f"leaver-{how}"
    provider("person", name, name, ["rasure-analysts"])
    browser = Browser(site)
    browser.sign_on(name)
    copy = browser.copy()
    a_minute_passes(metadata)
    assert browser.is_in() and copy.is_in()
    provider(how, name, *([["of another system"]] if how == "groups" else []))
    a_minute_passes(metadata)
    assert not browser.is_in()
    assert not copy.is_in()
    again = Browser(site)
    again.sign_on(name)
    assert not again.is_in()
    if how == "groups":
        provider("groups", name, ["rasure-officers"])
        again = Browser(site)
        again.sign_on(name)
        assert again.roles() == {"rasure_officer"}


def test_a_changed_group_changes_the_roles_of_an_open_session(
    provider, browser, metadata
):
    provider("person", "mover", "mover", ["rasure-safeguarding"])
    browser.sign_on("mover")
    assert "rasure_people_vulnerable" in browser.roles()
    provider("groups", "mover", ["rasure-officers"])
    a_minute_passes(metadata)
    assert browser.roles() == {"rasure_officer"}


def test_requests_at_the_same_time_ask_once(provider, browser, metadata):
    """The refresh token is good for one use: a second would end the session. A provider
    that is slow on a busy machine does not end it: it answered minutes ago."""
    provider("person", "busy", "busy", ["rasure-officers"])
    browser.sign_on("busy")
    for _ in range(2):  # so that it answered less than five minutes ago
        a_minute_passes(metadata)
        with ThreadPoolExecutor(8) as pool:
            inside = list(pool.map(lambda one: one.copy().is_in(), [browser] * 8))
        assert inside == [True] * 8


def test_the_provider_does_not_answer(provider, browser, metadata):
    """The session goes on for five minutes, then a new log-in is needed."""
    provider("person", "lingerer", "lingerer", ["rasure-officers"])
    browser.sign_on("lingerer")
    provider.process.send_signal(19)  # SIGSTOP
    try:
        a_minute_passes(metadata)
        assert browser.is_in()
        a_minute_passes(metadata, minutes=6)
        assert not browser.is_in()
    finally:
        provider.process.send_signal(18)  # SIGCONT
    browser.sign_on("lingerer")
    assert browser.is_in()


def test_a_log_out_ends_every_copy_and_the_session_at_the_provider(provider, site):
    provider("person", "sharer", "sharer", ["rasure-officers"])
    browser = Browser(site)
    browser.sign_on("sharer")
    copy = browser.copy()
    assert copy.is_in()
    browser.http.get(f"{site}/logout/")
    assert not browser.is_in()
    assert not copy.is_in()
    page = browser.http.get(f"{site}/login/openid")
    assert page.url.path == "/login"  # of the provider: it asks who it is
    assert not browser.is_in()


@pytest.mark.parametrize("column", ["seen_at", "started_at"])
def test_an_idle_or_long_session_ends(provider, browser, metadata, column):
    name = f"idler-{column[:4]}"
    provider("person", name, name, ["rasure-officers"])
    browser.sign_on(name)
    assert browser.is_in()
    metadata.execute(
        f"update rasure_sessions set {column} = {column} - interval '12 hours'"
    )
    assert not browser.is_in()


def test_accounts_of_the_provider_are_left_alone_by_the_synchronisation(
    provider, browser, metadata
):
    provider("person", "kept", "kept", ["rasure-offender-managers"])
    browser.sign_on("kept")
    query = (
        "select active, (select count(*) from ab_user_role where user_id = ab_user.id)"
        " from ab_user where username = 'kept'"
    )
    assert metadata.execute(query).fetchone() == (True, 2)
    synchronise(warm=False)
    assert metadata.execute(query).fetchone() == (True, 2)
    assert browser.is_in()


def test_tokens_of_the_provider_are_encrypted_and_gone_after_a_log_out(
    provider, site, metadata
):
    provider("person", "secret-keeper", "secret-keeper", ["rasure-officers"])
    browser = Browser(site)
    browser.sign_on("secret-keeper")
    query = (
        "select provider_tokens from rasure_sessions join ab_user on id = user_id"
        " where username = 'secret-keeper'"
    )
    (tokens,) = metadata.execute(query).fetchone()
    assert tokens.startswith("gAAAA")  # of Fernet
    browser.http.get(f"{site}/logout/")
    assert metadata.execute(query).fetchone() == ("",)


def test_a_session_of_the_provider_is_none_where_passwords_are_asked(
    home, provider, browser
):
    """Nor the other way: the cookie is that of the same Superset key."""
    provider("person", "crosser", "crosser", ["rasure-officers"])
    browser.sign_on("crosser")
    assert browser.is_in()
    elsewhere = browser.copy()
    elsewhere.site = home.url("superset")
    assert not elsewhere.is_in()


@pytest.fixture(scope="module")
def airflow_site(home, tmp_path_factory, provider, ports) -> Iterator[str]:
    settings = signing_on.settings_beside(
        home.settings,
        tmp_path_factory.mktemp("airflow"),
        provider.issuer,
        airflow=ports["airflow"],
    )
    with signing_on.airflow_of(settings):
        yield f"http://127.0.0.1:{ports['airflow']}"


def signed_on_to_airflow(site: str, name: str) -> Browser:
    browser = Browser(site)
    browser.sign_on(name, "/auth/login/openid")
    return browser


def status(browser: Browser, method: str, path: str, body: dict | None = None) -> int:
    return browser.http.request(
        method, f"{browser.site}/api/v2{path}", json=body
    ).status_code


def test_groups_give_the_roles_of_airflow(provider, airflow_site):
    run = {"logical_date": None}
    provider("person", "looker", "looker", ["rasure-engineers"])
    looker = signed_on_to_airflow(airflow_site, "looker")
    assert status(looker, "GET", "/dags") == 200
    assert status(looker, "POST", "/dags/no_such/dagRuns", run) == 403
    assert status(looker, "GET", "/variables") == 403
    provider("person", "chief", "chief", ["rasure-administrators"])
    chief = signed_on_to_airflow(airflow_site, "chief")
    assert status(chief, "GET", "/variables") == 200
    provider("groups", "looker", [])
    assert status(signed_on_to_airflow(airflow_site, "looker"), "GET", "/dags") == 401


@pytest.mark.parametrize("shown", ["a\tb", "admin"])
def test_airflow_refuses_odd_names_and_those_of_local_accounts(
    provider, airflow_site, shown
):
    name = f"airflow-{shown.strip()[:1]}"
    provider("person", name, shown, ["rasure-administrators"])
    assert status(signed_on_to_airflow(airflow_site, name), "GET", "/dags") == 401


def test_airflow_gives_tokens_for_the_password_of_its_own_admin_only(
    home, airflow_site
):
    def token(name: str) -> int:
        account = {"username": name, "password": home.password("airflow", name)}
        return (
            Browser(airflow_site)
            .http.post(f"{airflow_site}/auth/token", json=account)
            .status_code
        )

    assert (token("admin"), token("viewer")) == (201, 401)


def test_a_session_of_airflow_lasts_five_minutes(provider, airflow_site):
    provider("person", "short", "short", ["rasure-engineers"])
    browser = signed_on_to_airflow(airflow_site, "short")
    (_, claims, _) = browser.http.cookies["_token"].split(".")
    token = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert 290 <= token["exp"] - token["iat"] <= 300
