"""Each secret of a deployment is refused when it is missing, unreadable, weak or known.

A container's entry point says which, and what to do, and starts nothing. What it says
holds no part of a secret.
"""

from __future__ import annotations

import datetime
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rasure.cli import app
from rasure.runtime import containers, secret_commands, secret_files
from rasure.settings import CHECKOUT, Settings

HOST = "rasure.example"
VALUES = [name for name in secret_files.all_names() if name not in secret_files.TLS]
SUPERSETS_DEFAULT = "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "secrets"
    secret_files.make(folder, HOST, secret_commands.self_signed)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A folder of good secrets, of which a test spoils one."""
    return Path(shutil.copytree(made, tmp_path / "secrets"))


def spoil(folder: Path, name: str, content: str | bytes) -> None:
    file = folder / name
    file.chmod(0o600)
    file.write_bytes(content.encode() if isinstance(content, str) else content)


def only_fault(folder: Path, name: str) -> str:
    (sentence,) = secret_files.faults(folder, secret_files.all_names(), HOST)
    assert name in sentence
    return sentence


def test_what_is_made_is_complete_private_and_never_replaced(made):
    assert secret_files.faults(made, secret_files.all_names(), HOST) == []
    assert secret_files.faults_of_folder(made) == []
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    before = {file.name: file.read_bytes() for file in made.iterdir()}
    assert sorted(before) == sorted(secret_files.all_names())
    assert secret_files.make(made, HOST, secret_commands.self_signed) == []
    assert {file.name: file.read_bytes() for file in made.iterdir()} == before


def test_the_secrets_of_a_deployment_are_read_as_those_of_a_home_are(
    made, monkeypatch, tmp_path
):
    monkeypatch.setenv("RASURE_SECRETS", str(made))
    read = Settings(tmp_path).secrets
    assert read.pop("redis") == {"password": (made / "redis_password").read_text()}
    assert read.pop("smtp") == {"password": (made / "smtp_password").read_text()}
    wanted = secret_files.new_secrets()
    assert {part: sorted(names) for part, names in read.items()} == {
        part: sorted(names) for part, names in wanted.items()
    }
    assert read["airflow"]["fernet_key"] == (made / "airflow_fernet_key").read_text()


@pytest.mark.parametrize("name", secret_files.all_names())
def test_a_missing_secret_is_named(folder, name):
    (folder / name).unlink()
    sentence = only_fault(folder, name)
    assert f"{name} is missing: there is no file" in sentence
    assert "Make it with `rasure secrets make`" in sentence


@pytest.mark.parametrize("name", secret_files.all_names())
def test_the_folder_that_docker_makes_for_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    (folder / name).mkdir()
    assert f"{name} is missing" in (sentence := only_fault(folder, name))
    assert "Remove that folder, make the secret" in sentence


@pytest.mark.parametrize("name", secret_files.all_names())
def test_a_secret_that_may_not_be_read_is_named(folder, name, monkeypatch):
    read = Path.read_bytes

    def refuse(path):
        if path.name == name:
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    sentence = only_fault(folder, name)
    assert f"{name} cannot be read" in sentence
    assert "Permission denied, for the user with the number" in sentence
    assert "mode 0444" in sentence


@pytest.mark.parametrize("name", secret_files.all_names())
def test_an_empty_secret_is_named(folder, name):
    for content in ("", "\n", "  \n"):
        spoil(folder, name, content)
        assert f"{name} is empty" in only_fault(folder, name)


REFUSED = (
    ("Kx7_pQ2", "is weak: a"),
    ("aZaZaZaZaZaZaZaZaZaZaZaZaZaZaZaZaZaZaZaZaZaZ", "different characters"),
    ("Kx7pQ2mWzR9tLb4v Kx8pQ3mWyR1tLc5v", "a space, a tab or a second"),
    ("Kx7pQ2mWzR9tLb4v\nKx8pQ3mWyR1tLc5v", "a space, a tab or a second"),
    ("Kx7pQ2mWzR9tLb4v\tKx8pQ3mWyR1tLc5v", "a space, a tab or a second"),
    ("Kx7pQ2mWzR9tLb4vKx8pQ3mWyR1tLc5vé", "not ASCII"),
    (b"\xff\xfeKx7pQ2mWzR9tLb4vKx8pQ3mWyR1tL", "not ASCII"),
    (SUPERSETS_DEFAULT, "is a default or an example"),
    ("thisISaSECRET_1234", "is a default or an example"),
    ("airflow-airflow-airflow-airflow-42", "is a default or an example"),
    ("Postgres2026!Postgres2026!Postgres", "is a default or an example"),
    ("replaceMe-9f3kx72mzr0tlb4vqp81wd", "is a default or an example"),
    ("correct-Example-horse-9f3kx72mzr0t", "is a default or an example"),
)


@pytest.mark.parametrize("name", VALUES)
def test_a_weak_a_broken_or_a_known_value_is_refused(folder, name):
    for content, reason in REFUSED:
        spoil(folder, name, content)
        sentence = only_fault(folder, name)
        assert reason in sentence, content
        assert "Remove" in sentence
        if isinstance(content, str):
            assert content not in sentence


def test_a_fernet_key_is_one_and_none_from_a_manual(folder):
    for content, reason in (
        (secret_files.WELL_KNOWN_FERNET[0], "is a default or an example"),
        ("Kx7pQ2mWzR9tLb4vKx8pQ3mWyR1tLc5vAcCeEgGi", "is not a Fernet key"),
        ("Kx7pQ2mWzR9tLb4vKx8pQ3mWyR1tLc5v!!!!!!!!=", "is not a Fernet key"),
    ):
        spoil(folder, secret_files.FERNET, content)
        assert reason in only_fault(folder, secret_files.FERNET)


def test_two_secrets_are_never_the_same(folder):
    spoil(folder, "postgres_superset", (folder / "postgres_airflow").read_text() + "\n")
    sentence = only_fault(folder, "postgres_superset")
    assert "is the same as postgres_airflow" in sentence


def test_a_line_end_after_a_secret_is_no_fault(folder):
    for name in VALUES:
        spoil(folder, name, (folder / name).read_text() + "\n")
    assert secret_files.faults(folder, secret_files.all_names(), HOST) == []


def test_a_certificate_is_of_its_key_of_the_host_and_in_force(folder, monkeypatch):
    key, certificate = secret_files.PRIVATE_KEY, secret_files.CERTIFICATE
    spoil(folder, key, secret_commands.self_signed(HOST)[1])
    assert "do not fit each other" in only_fault(folder, certificate)
    spoil(folder, key, "no key at all")
    assert "do not fit each other" in only_fault(folder, key)

    for name, content in zip(
        (certificate, key), secret_commands.self_signed("other.example"), strict=True
    ):
        spoil(folder, name, content)
    assert f"refused by a browser that asks for {HOST}: Hostname mismatch" in (
        only_fault(folder, certificate)
    )

    class LongAgo(datetime.datetime):
        @classmethod
        def now(cls, zone=None):
            return datetime.datetime(2001, 2, 3, tzinfo=zone)

    monkeypatch.setattr(secret_commands.datetime, "datetime", LongAgo)
    for name, content in zip(
        (certificate, key), secret_commands.self_signed(HOST), strict=True
    ):
        spoil(folder, name, content)
    assert "certificate has expired" in only_fault(folder, certificate)


def test_a_private_key_with_a_passphrase_is_refused_and_nobody_is_asked(folder):
    from cryptography.hazmat.primitives import serialization

    path = folder / secret_files.PRIVATE_KEY
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    spoil(
        folder,
        path.name,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"a passphrase"),
        ),
    )
    assert "The key has no passphrase" in only_fault(folder, path.name)


def test_a_folder_that_others_may_enter_is_refused(folder):
    folder.chmod(0o755)
    answer = CliRunner().invoke(app, ["secrets", "check", "--dir", str(folder)])
    assert isinstance(answer.exception, secret_files.SecretsRefused)
    assert "Close it with `chmod 700" in str(answer.exception)


def test_the_commands_make_and_check(tmp_path):
    folder = str(tmp_path / "new")
    made = CliRunner().invoke(app, ["secrets", "make", "--out", folder, "--host", HOST])
    assert f"{len(secret_files.all_names())} secrets made" in made.output
    assert "browsers will warn" in made.output
    checked = CliRunner().invoke(
        app, ["secrets", "check", "--dir", folder, "--host", HOST]
    )
    assert checked.exit_code == 0
    assert "are there and strong" in checked.output


@pytest.mark.parametrize("service", containers.services())
def test_a_service_starts_with_none_of_its_secrets_missing_weak_or_known(
    service, folder, monkeypatch, capsys
):
    started = []
    monkeypatch.setenv("RASURE_SECRETS", str(folder))
    monkeypatch.setenv("RASURE_HOSTNAME", HOST)
    own = containers.services()[service].secrets

    def start(name: str) -> int:
        changed = containers.Service(own, lambda: started.append(name), lambda: True)
        monkeypatch.setattr(containers, "services", lambda: {name: changed})
        return containers.main([name])

    for name in own:
        kept = (folder / name).read_bytes()
        (folder / name).chmod(0o600)
        (folder / name).unlink()
        assert start(service) == 3
        assert f"rasure: {service}: The secret {name} is missing" in (
            capsys.readouterr().err
        )
        (folder / name).write_text("changeme")
        assert start(service) == 3
        assert name in capsys.readouterr().err
        (folder / name).write_bytes(kept)
    assert started == []
    for name in set(secret_files.all_names()) - set(own):
        (folder / name).unlink()  # a container sees only its own
    assert start(service) == 0
    assert started == [service]


def test_the_entry_point_needs_nothing_but_the_standard_library(folder):
    """The containers of the database, of Redis and of the proxy have no more."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CHECKOUT),
        "RASURE_SECRETS": str(folder),
    }
    (folder / "redis_password").unlink()
    answer = subprocess.run(
        [sys.executable, "-S", "-P", "-m", "rasure.runtime.containers", "redis"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 3
    assert answer.stderr.startswith("rasure: redis: The secret redis_password is miss")
