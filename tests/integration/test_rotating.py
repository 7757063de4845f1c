"""Passwords of the database are rotated, refused and, when interrupted, finished.

Keys of Airflow and Superset are rotated in `tests/end_to_end/test_upkeep.py`.
"""

from __future__ import annotations

import psycopg
import pytest

from rasure.operations import rotating
from rasure.operations.errors import RotationFailed, RotationRefused
from rasure.runtime.home import store_settings
from tests.integration import service_fixtures

made, home = service_fixtures.made, service_fixtures.home
ROLES = [name.removeprefix("postgres_") for name in rotating.ROLES]


@pytest.fixture(autouse=True)
def in_this_process(home, monkeypatch) -> None:
    monkeypatch.setenv("RASURE_HOME", str(home.folder))
    monkeypatch.delenv("RASURE_DATABASE_URL", raising=False)


def opens(home, role: str, password: str) -> bool:
    """True if the server lets the role in to a database with this password."""
    port = home.settings.stored["ports"]["postgres"]
    database = role if role in ("airflow", "superset") else "rasure"
    try:
        psycopg.connect(
            f"postgresql://{role}:{password}@127.0.0.1:{port}/{database}"
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def test_every_password_of_the_database_is_new_and_the_old_one_is_dead(home):
    before = home.settings.secrets["postgres"]
    answer = home.run("secrets", "rotate", *rotating.ROLES)
    assert answer.returncode == 0, answer.stderr
    after = home.settings.secrets["postgres"]
    assert set(after) == set(before)
    for role in ROLES:
        assert opens(home, role, after[role])
        assert not opens(home, role, before[role])
        assert after[role] not in answer.stdout + answer.stderr
    assert home.service("postgres")["state"] == "well"
    assert home.query("select number from public.kept") == [(7,)]


def test_one_password_leaves_the_others(home):
    before = home.settings.secrets
    rotating.rotate(["postgres_rasure_reader"], print)
    after = home.settings.secrets
    old, new = before["postgres"], after["postgres"]
    assert [role for role in ROLES if old[role] != new[role]] == ["rasure_reader"]
    assert {**before, "postgres": {}} == {**after, "postgres": {}}


def test_keys_are_rotated_before_airflow_and_superset_are_set_up(home):
    before = home.settings.secrets
    rotating.rotate(["airflow_fernet_key", "superset_secret_key"], print)
    after = home.settings.secrets
    assert after["airflow"]["fernet_key"] != before["airflow"]["fernet_key"]
    assert "," not in after["airflow"]["fernet_key"]
    assert after["superset"]["secret_key"] != before["superset"]["secret_key"]
    assert set(after["superset"]) == set(before["superset"])


@pytest.mark.parametrize("role", ["rasure", "postgres"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_interrupted_rotation_is_finished(home, monkeypatch, role, when):
    """It is interrupted before or after the server takes the new password."""
    home.up("postgres")
    make_role = rotating.make_role

    def stop(connection, name, password, *rights):
        if when == "after":
            make_role(connection, name, password, *rights)
        raise KeyboardInterrupt

    monkeypatch.setattr(rotating, "make_role", stop)
    monkeypatch.setattr("rasure.runtime.warehouse.make_role", stop)
    with pytest.raises(KeyboardInterrupt):
        rotating.rotate([f"postgres_{role}"], print)
    monkeypatch.undo()
    monkeypatch.setenv("RASURE_HOME", str(home.folder))
    answer = home.run("secrets", "rotate", f"postgres_{role}")
    assert answer.returncode == 0, answer.stderr
    assert opens(home, role, home.settings.secrets["postgres"][role])
    assert rotating.NEXT not in home.settings.secrets["postgres"]
    assert home.query("select number from public.kept") == [(7,)]


def test_a_rotation_is_refused_while_something_works(home):
    before = home.settings.secrets
    url = home.settings.database_url
    with psycopg.connect(url, application_name="rasure land") as landing:
        landing.execute("select count(*) from ops.deliveries")
        with pytest.raises(RotationRefused, match="`rasure land` is at work"):
            rotating.rotate(["all"], print)
    assert home.settings.secrets == before
    assert home.service("postgres")["state"] == "well"


@pytest.mark.parametrize("name", ["superset_admin", "redis_password", "nothing"])
def test_a_name_that_is_not_rotated_is_refused_with_those_that_are(home, name):
    answer = home.run("secrets", "rotate", name)
    assert answer.returncode == 3
    assert f"{name} is no secret that this command rotates" in answer.stderr
    assert "airflow_fernet_key" in answer.stderr


def test_a_role_of_a_server_of_its_own_is_its_operators(home):
    store_settings(home.settings, database_url=home.settings.database_url)
    try:
        with pytest.raises(RotationRefused, match="Its operator changes the password"):
            rotating.rotate(["postgres_rasure"], print)
    finally:
        path = home.folder / "settings.toml"
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(one for one in lines if "database_url" not in one))


def test_a_program_that_fails_is_named_with_its_log(home, monkeypatch):
    monkeypatch.setattr(rotating, "_has_table", lambda *_: True)
    monkeypatch.setattr(rotating.airflow, "program", lambda: "/bin/false")
    with pytest.raises(RotationFailed, match=r"ended with 1; its log is .*n\.log"):
        rotating.rotate(["airflow_fernet_key"], print)
    keys = home.settings.secrets["airflow"]["fernet_key"].split(",")
    assert len(keys) == 2  # both open what is there
    monkeypatch.undo()
    monkeypatch.setenv("RASURE_HOME", str(home.folder))
    rotating.rotate(["airflow_fernet_key"], print)
    assert home.settings.secrets["airflow"]["fernet_key"] not in keys


def test_a_home_that_is_not_set_up_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("RASURE_HOME", str(tmp_path))
    with pytest.raises(RotationRefused, match="Nothing is set up under"):
        rotating.rotate(["all"], print)
