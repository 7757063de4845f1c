"""The settings of single sign-on: what they give to each part, and what is refused."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from rasure.runtime import airflow, containers, home, identity, secret_files, superset
from rasure.settings import CHECKOUT, Settings

SECRET = "pQ4-vX8mZ2kLr6Tn9wBc"
GOOD = {
    "issuer": "https://login.force.example/realms/police",
    "superset_client": "dashboards",
    "airflow_client": "pipelines",
}


@pytest.fixture
def own(monkeypatch, tmp_path):
    """A home with single sign-on; its function changes the section `[identity]`."""
    monkeypatch.delenv("RASURE_SECRETS", raising=False)
    for name in home.STORED_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    settings = Settings(tmp_path / "home")
    settings.home.mkdir()
    home.prepare(settings)

    def with_identity(secret: str = SECRET, **changes) -> Settings:
        section = {
            key: value for key, value in {**GOOD, **changes}.items() if value != "left"
        }
        home.store_settings(settings, ports=home.USUAL_PORTS, identity=section)
        secrets = {
            part: values | ({"client_secret": secret} if secret else {})
            for part, values in secret_files.new_secrets().items()
        }
        home.write_private(settings.home / "secrets.toml", as_toml(secrets))
        return Settings(settings.home)

    return with_identity


def as_toml(values: dict) -> str:
    import tomli_w

    return tomli_w.dumps(values)


@pytest.fixture
def groups(tmp_path):
    """A function that writes a file of groups and returns its path."""

    def write(text: str) -> str:
        path = tmp_path / "groups.toml"
        path.write_text(text)
        return str(path)

    return write


def faults(settings: Settings, part: str = "superset") -> str:
    with pytest.raises(identity.IdentityRefused) as refusal:
        identity.check(settings, part)
    return str(refusal.value)


def test_without_settings_passwords_let_people_in(tmp_path):
    settings = Settings(tmp_path)
    assert identity.of_part(settings, "superset") is None
    assert identity.check(settings, "airflow") is None
    assert not identity.is_set(settings, "superset")


def test_each_part_gets_its_own_client_secret_and_groups(own, groups):
    path = groups('[superset]\nofficers = ["rasure_officer"]\n[airflow]\nx = ["Admin"]')
    settings = own(groups=path, scope="openid profile groups", groups_claim="roles")
    identity.check(settings, "superset")
    identity.check(settings, "airflow")
    environment = superset.environment(settings)
    assert json.loads(environment["RASURE_IDENTITY"]) == {
        "issuer": "https://login.force.example/realms/police",
        "client_id": "dashboards",
        "client_secret": SECRET,
        "scope": "openid profile groups",
        "name_claim": "preferred_username",
        "groups_claim": "roles",
        "roles": {"officers": ["rasure_officer"]},
    }
    of_airflow = identity.of_part(settings, "airflow")
    assert of_airflow["client_id"] == "pipelines"
    assert of_airflow["roles"] == {"x": ["Admin"]}
    options = airflow.options(settings)["fab"]
    assert options["session_max_lifetime_minutes"] == 5
    assert str(options["config_file"]).endswith("rasure/runtime/airflow_log_in.py")


def test_a_part_without_a_client_keeps_passwords(own):
    settings = own(airflow_client="left")
    identity.check(settings, "airflow")
    assert identity.of_part(settings, "airflow") is None
    options = airflow.options(settings)["fab"]
    assert options["session_max_lifetime_minutes"] == 720
    assert "config_file" not in options


def test_the_groups_that_are_shipped_fit_the_roles_that_are_shipped(own):
    provider = identity.of_part(own(), "superset")
    assert provider["roles"]["rasure-officers"] == ["rasure_officer"]
    accounts = yaml.safe_load(
        (CHECKOUT / "superset" / "access" / "users.yaml").read_text()
    )
    of_accounts = {tuple(account["roles"]) for account in accounts.values()}
    assert {tuple(roles) for roles in provider["roles"].values()} == of_accounts


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"issuer": "left"}, "issuer is missing: the address of your identity"),
        ({"issuer": "http://login.force.example"}, "must begin with https://"),
        ({"issuer": "login.force.example"}, "must begin with https://"),
        ({"issuer": "https://"}, "must begin with https://"),
        ({"issuer": ""}, "issuer is not a text"),
        ({"issuer": 7}, "issuer is not a text"),
        ({"superset_client": " "}, "superset_client is not a text"),
        (
            {"superset_client": "left", "airflow_client": "left"},
            "there is neither superset_client nor airflow_client",
        ),
        ({"isuer": "x"}, "unknown key isuer. There are airflow_client, groups"),
        ({"client_secret": SECRET}, "unknown key client_secret"),
        ({"scope": "profile"}, "scope lacks openid"),
        ({"groups": "no/such.toml"}, "cannot be read from no/such.toml"),
    ],
)
def test_settings_that_cannot_be_used_are_named(own, changes, sentence):
    assert sentence in faults(own(**changes))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "[superset] names no group, so nobody could log in to superset"),
        ("[superset]\n", "[superset] names no group"),
        ('[superset]\na = ["rasure_officr"]', "a: no role is named rasure_officr"),
        ('[superset]\na = "rasure_officer"', "a has no list of roles"),
        ("[superset]\na = []", "a has no list of roles"),
        ('[superset]\n" " = ["Admin"]', "a group has no name"),
        ('[supersets]\na = ["Admin"]', "unknown table [supersets]"),
        ('[superset]\na = ["Admin"]\n[airflow]\nb = ["admin"]', "no role is named adm"),
        ("[superset\n", "cannot be read from"),
    ],
)
def test_groups_that_cannot_be_used_are_named(own, groups, text, sentence):
    assert sentence in faults(own(groups=groups(text)))


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        ("", "The secret airflow_client_secret is missing: the identity provider gave"),
        ("short", "The secret airflow_client_secret is weak: a password has 14"),
        ("aaaaaaaaaaaaaaaaaaaa", "is weak: a password has 8 or more different"),
        ("a secret with blanks in it", "it has a space, a tab or a second line"),
        ("changeme-changeme-changeme", "is a default or an example"),
    ],
)
def test_each_bad_client_secret_has_its_sentence(own, secret, sentence):
    said = faults(own(secret=secret), "airflow")
    assert sentence in said
    assert not secret or secret not in said


def test_a_provider_on_this_machine_needs_no_tls(own):
    identity.check(own(issuer="http://127.0.0.1:5000"), "superset")
    assert "must begin with https" in faults(
        own(issuer="http://127.0.0.1.evil.example")
    )


def test_a_container_checks_the_secret_that_the_provider_gave(monkeypatch, tmp_path):
    monkeypatch.setenv("RASURE_SETTINGS", str(tmp_path / "settings.toml"))
    (tmp_path / "settings.toml").write_text(as_toml({"identity": GOOD}))
    assert containers._client_secrets("superset") == ("superset_client_secret",)
    assert containers._client_secrets("airflow-api-server") == (
        "airflow_client_secret",
    )
    for service in ("airflow-worker", "airflow-scheduler", "init", "database"):
        assert containers._client_secrets(service) == ()
    monkeypatch.setenv("RASURE_SECRETS", str(tmp_path / "secrets"))
    (sentence,) = secret_files.faults(tmp_path, containers._client_secrets("superset"))
    assert sentence.startswith("The secret superset_client_secret is missing")
    assert "Write what your identity provider gave" in sentence


def test_the_compose_file_of_single_sign_on_shows_each_secret_to_its_service():
    text = (CHECKOUT / "deploy" / "identity.yml").read_text()
    changes = yaml.safe_load(text)
    for service, secret in (
        ("superset", "superset_client_secret"),
        ("airflow-api-server", "airflow_client_secret"),
    ):
        assert changes["services"][service]["secrets"] == [secret]
        assert changes["services"][service]["networks"] == ["inside", "outside"]
        assert re.search(rf"{secret}: .*/{secret}\"}}", text)
    assert set(changes["secrets"]) == set(secret_files.CLIENT_SECRETS)
