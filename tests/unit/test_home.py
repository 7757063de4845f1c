"""The private home: private, remembered, never overwritten, plain when it cannot be.

The checks that need a full disk or a strange machine get one by substitution.
"""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import time
import tomllib
from collections import namedtuple

import pytest
import tomli_w

from rasure.errors import SetupError
from rasure.runtime import home, limits, postgres, superset, supervisor, up
from rasure.runtime.ports import Reservations, free_port
from rasure.runtime.services import Service
from rasure.settings import Settings


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    monkeypatch.setenv("RASURE_HOME", str(tmp_path / "home"))
    for name in home.STORED_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    prepared = Settings.load()
    home.check(prepared)
    home.prepare(prepared)
    return Settings.load()


def test_passwords_are_private_and_made_once(settings):
    path = settings.home / "secrets.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_text()
    home.prepare(settings)
    assert path.read_text() == before
    words = [
        word for part in settings.secrets.values() for word in part.values() if word
    ]
    assert len(words) == len(set(words)) == 18
    assert min(map(len, words)) >= 16


def test_an_older_home_is_given_the_passwords_it_lacks_and_keeps_its_own(settings):
    path = settings.home / "secrets.toml"
    older = tomllib.loads(path.read_text())
    del older["postgres"]["rasure_people_reader"], older["superset"]["safeguarding"]
    home.write_private(path, tomli_w.dumps(older))
    home.prepare(settings)
    newer = tomllib.loads(path.read_text())
    assert newer["postgres"].pop("rasure_people_reader")
    assert newer["superset"].pop("safeguarding")
    assert newer == older


def test_only_the_owner_sees_logs_and_deliveries(settings):
    made = [path for path in settings.home.iterdir() if path.is_dir()]
    private = {"run", "logs", "landing", "data_docs", "simulate"}
    assert private <= {path.name for path in made}
    for path in made:
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path


def test_a_database_without_its_passwords_is_not_overwritten(settings):
    (settings.home / "secrets.toml").unlink()
    (settings.home / "postgres").mkdir()
    with pytest.raises(SetupError, match=r"secrets\.toml, are gone"):
        home.prepare(Settings.load())


def test_a_taken_port_is_reported_and_another_is_kept(settings):
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        busy_port = stranger.getsockname()[1]
        others = {"airflow": free_port(), "superset": free_port()}
        home.store_settings(settings, ports={"postgres": busy_port, **others})
        with Reservations() as reserved:
            ports, sentences = home.choose_ports(Settings.load(), set(), reserved)
    assert ports["postgres"] != busy_port
    assert sentences == [
        f"Port {busy_port} is in use; postgres listens on {ports['postgres']} instead."
    ]
    assert Settings.load().stored["ports"] == ports


def test_the_port_of_a_service_that_runs_is_kept(settings):
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        port = own.getsockname()[1]
        others = {"airflow": free_port(), "superset": free_port()}
        home.store_settings(settings, ports={"postgres": port, **others})
        with Reservations() as reserved:
            ports, sentences = home.choose_ports(
                Settings.load(), {"postgres"}, reserved
            )
    assert ports["postgres"] == port
    assert sentences == []


def test_a_given_warehouse_is_remembered_for_the_services(settings, monkeypatch):
    monkeypatch.setenv("RASURE_DATABASE_URL", "postgresql://u:p@db/rasure")
    home.store_settings(settings)
    monkeypatch.delenv("RASURE_DATABASE_URL")
    assert Settings.load().database_url == "postgresql://u:p@db/rasure"
    path = settings.home / "settings.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_full_disk_is_reported_before_anything_is_made(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: usage(9 << 30, 8 << 30, 1 << 30)
    )
    with pytest.raises(SetupError, match=r"has 1\.0 GiB left and Rasure needs 2 GiB"):
        home.check(Settings(tmp_path / "home"))


def test_a_home_on_too_long_a_path_is_reported(tmp_path):
    with pytest.raises(SetupError, match="more than the 600 that its services can use"):
        home.check(Settings(tmp_path / ("x" * 600)))


def test_a_home_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match=r"cannot be written \(Not a directory\)"):
        home.check(Settings(tmp_path / "file" / "home"))


def test_a_long_home_has_its_socket_elsewhere_and_always_there(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    near = supervisor.socket_path(Settings(tmp_path.parent / "h"))
    assert near == tmp_path.parent / "h" / "run" / "supervisor.sock"
    far = Settings(tmp_path / ("long" * 30))
    elsewhere = supervisor.socket_path(far)
    assert len(os.fsencode(elsewhere)) <= supervisor.LONGEST_SOCKET
    assert elsewhere == supervisor.socket_path(far)
    assert elsewhere != supervisor.socket_path(Settings(tmp_path / ("else" * 30)))
    assert not elsewhere.parent.exists()
    elsewhere.parent.symlink_to(tmp_path)
    try:
        with pytest.raises(SetupError, match="belongs to somebody else"):
            supervisor.ensure(far, [])
    finally:
        elsewhere.parent.unlink()


def test_a_home_with_a_sign_that_cannot_be_written_down_is_reported(tmp_path):
    with pytest.raises(SetupError, match="has the character '#', which its process"):
        home.check(Settings(tmp_path / "home #1"))


def test_odd_paths_and_values_reach_a_service_as_they_are(tmp_path):
    settings = Settings(tmp_path / "of it, all (1)")
    home.check(settings)
    home.prepare(settings)
    show = "import os, sys; print(os.environ['ODD'] + sys.argv[1], end='')"
    service = Service(
        name="odd",
        command=[sys.executable, "-c", show, '; "%d" $HOME'],
        is_well=lambda: True,
        environment={"ODD": "a \"b\", 50% \\ 'c' #"},
    )
    try:
        supervisor.ensure(settings, [service])
        supervisor.start(settings, "odd")
        log = settings.logs / "odd.log"
        while not (log.exists() and log.read_text()):
            time.sleep(0.05)
    finally:
        supervisor.stop(settings, ["odd"])
        supervisor.shut_down(settings)
    assert log.read_text().startswith(service.environment["ODD"] + service.command[3])
    assert supervisor.states(settings) == {}


def test_a_service_that_wants_more_memory_than_its_limit_is_refused_it(monkeypatch):
    monkeypatch.setattr(limits, "memory_limit", lambda: 2**30)
    take = "import sys; bytearray(int(sys.argv[1])); print(sys.argv[2])"
    command = [sys.executable, "-c", take]

    def run(size):
        whole = limits.limited([*command, str(size), 'a "word" $HOME'])
        return subprocess.run(whole, capture_output=True, text=True)

    assert run(2**20).stdout == 'a "word" $HOME\n'
    assert "MemoryError" in run(2**31).stderr


def test_missing_programs_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("RASURE_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(SetupError, match="PostgreSQL 15 or newer is not installed"):
        postgres.find()
    program = tmp_path / "bin" / "postgres"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 16.3'\n")
    program.chmod(0o755)
    monkeypatch.setenv("RASURE_POSTGRES_BIN", str(program.parent))
    monkeypatch.setattr(postgres, "_has_postgis", lambda _: False)
    with pytest.raises(SetupError, match="PostgreSQL 16 is installed but PostGIS is"):
        postgres.find()
    monkeypatch.setattr(postgres, "_has_postgis", lambda _: True)
    assert postgres.find().version == 16
    with pytest.raises(SetupError, match="made by PostgreSQL 15, which is not"):
        postgres.find(15)


def test_root_without_a_postgres_user_is_reported(monkeypatch):
    import pwd

    def nobody(_):
        raise KeyError

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", nobody)
    with pytest.raises(SetupError, match="has no user called postgres"):
        postgres.operating_user()


def test_a_missing_environment_is_reported(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(superset, "ENVIRONMENT", tmp_path)
    with pytest.raises(SetupError, match=r"is missing\. Run scripts/install"):
        superset.check(settings)


def test_a_warehouse_of_ones_own_needs_a_reader(settings, monkeypatch):
    monkeypatch.setenv("RASURE_DATABASE_URL", "postgresql://u:p@db/rasure")
    home.store_settings(settings)
    with pytest.raises(SetupError, match="Name it in RASURE_READER_URL"):
        superset.check(Settings.load())


@pytest.mark.parametrize(
    ("user", "groups", "is_said"),
    [
        (0, (), True),
        (0, ("airflow",), True),
        (0, ("postgres",), False),
        (1000, (), False),
    ],
)
def test_root_is_told_that_the_services_are_root_too(
    settings, monkeypatch, user, groups, is_said
):
    said = []
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(up, "_try", lambda *_: None)
    monkeypatch.setattr(superset, "check", lambda _: None)
    up.up(groups, said.append)
    assert (up.AS_ROOT in said) is is_said
