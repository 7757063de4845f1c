"""`scripts/scan` finds a secret, lists packages, and says what it could not check."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import subprocess
import tomllib
from pathlib import Path

import pytest

from rasure.instruments.scan import __main__ as scan
from rasure.instruments.scan import packages, vulnerabilities
from rasure.settings import CHECKOUT

REVIEWED = CHECKOUT / "rasure" / "instruments" / "scan" / "reviewed.toml"


def run(*arguments: object) -> subprocess.CompletedProcess:
    """`scripts/scan ARGUMENTS`; it installs its own environment if that is missing."""
    return subprocess.run(
        [CHECKOUT / "scripts" / "scan", *map(str, arguments)],
        capture_output=True,
        text=True,
    )


def git(folder: Path, *arguments: str) -> None:
    person = ("-c", "user.name=Test", "-c", "user.email=test@localhost")
    subprocess.run(["git", "-C", folder, *person, *arguments], check=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet")
    return folder


def commit(folder: Path, name: str, text: str | None) -> None:
    """Commit a file with this text, or the removal of it."""
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", f"change {name}")


def test_no_file_of_the_tree_holds_a_secret(tmp_path):
    answer = run("secrets", "--out", tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert json.loads((tmp_path / "secrets.json").read_text())["found"] == []


def test_a_secret_that_was_removed_is_found_in_the_history(repository, tmp_path):
    fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    age = "AGE-SECRET-KEY-1" + base64.b32encode(secrets.token_bytes(40)).decode()[:58]
    aws = "AKIA" + base64.b32encode(secrets.token_bytes(10)).decode()
    commit(repository, "README.md", "Nothing secret here.\n")
    commit(repository, "settings.py", f'FERNET_KEY = "{fernet}"\n')
    commit(repository, "values.yaml", f"token: {fernet[::-1].strip('=')}\n")
    commit(repository, "note.txt", f"{age}\nuse {aws}\n")
    commit(repository, "hidden.py", f'A = "{fernet[1:]}"  # pragma: allowlist secret\n')
    for name in ("settings.py", "values.yaml", "note.txt", "hidden.py"):
        commit(repository, name, None)

    tree = run("secrets", "--repository", repository, "--out", tmp_path)
    assert tree.returncode == 0, tree.stdout
    answer = run("secrets", "--history", "--repository", repository, "--out", tmp_path)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    for name in ("settings.py:1", "values.yaml:1", "note.txt:1", "note.txt:2"):
        assert f"FOUND: {name} in " in answer.stdout
    assert "FOUND: hidden.py:1 in " in answer.stdout
    written = answer.stdout + (tmp_path / "secrets.json").read_text()
    assert hashlib.sha256(fernet.encode()).hexdigest() in written
    for secret in (fernet, age, aws):
        assert secret not in written


def test_what_was_reviewed_is_held_as_hashes_with_a_reason():
    groups = tomllib.loads(REVIEWED.read_text())["group"]
    for group in groups:
        assert set(group) == {"why", "hashes"}
        assert group["why"].endswith(".")
        for one in group["hashes"]:
            assert len(bytes.fromhex(one)) == 32


def pip_audit(monkeypatch, folder: Path, script: str) -> None:
    """Put a program in the place of pip-audit; $report is the file that it writes."""
    program = folder / "pip-audit"
    find_report = 'while [ "$1" != --output ]; do shift; done; report=$2\n'
    program.write_text(f'#!/bin/bash\nall="$*"\n{find_report}{script}\n')
    program.chmod(0o755)
    monkeypatch.setattr(vulnerabilities, "PIP_AUDIT", str(program))


def report(*dependencies: dict) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


WELL = {"name": "sound", "version": "1.0", "vulns": []}
ILL = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.7.2"]}],
}
SKIPPED = {"name": "unknown", "skip_reason": "not found"}
# Answers with the first report for the known vulnerability, else with the second.
ANSWER = """case "$all" in
*known.txt*) echo '{known}' ;; *) echo '{other}' ;; esac > $report"""


def checked(folder: Path, *, offline: bool) -> tuple[int, dict]:
    code = scan.check_vulnerabilities(folder, offline)
    return code, json.loads((folder / "vulnerabilities.json").read_text())


def test_no_source_is_not_checked_and_an_error_unless_offline(
    monkeypatch, tmp_path, capsys
):
    pip_audit(monkeypatch, tmp_path, "echo 'Max retries exceeded' >&2; exit 1")
    code, record = checked(tmp_path, offline=False)
    assert (code, record["source"]) == (3, None)
    assert "NOT CHECKED: .venv: no source of vulnerabilities" in capsys.readouterr().out
    code, record = checked(tmp_path, offline=True)
    assert code == 0
    assert record["not_checked"] == [*vulnerabilities.LOCKS, "debian"]


def test_a_source_that_knows_nothing_is_not_believed(monkeypatch, tmp_path, capsys):
    """Its answer is that nothing is known of anything."""
    pip_audit(monkeypatch, tmp_path, ANSWER.format(known=report(WELL), other=report()))
    code, record = checked(tmp_path, offline=False)
    assert (code, record["source"]) == (3, None)
    assert "it has no data" in capsys.readouterr().out


def test_a_skipped_package_is_not_checked(monkeypatch, tmp_path, capsys):
    answer = ANSWER.format(known=report(ILL), other=report(WELL, SKIPPED))
    pip_audit(monkeypatch, tmp_path, answer)
    code, record = checked(tmp_path, offline=False)
    assert (code, record["source"]) == (3, "pypi")
    assert "the source does not know unknown" in capsys.readouterr().out


def test_a_known_vulnerability_is_named_and_an_error(monkeypatch, tmp_path, capsys):
    answer = ANSWER.format(known=report(ILL), other=report(WELL, ILL))
    pip_audit(monkeypatch, tmp_path, answer)
    for offline in (False, True):
        code, record = checked(tmp_path, offline=offline)
        assert code == 1
    assert record["not_checked"] == ["debian"]
    assert "jinja2 2.4.1: PYSEC-1, mended in 2.7.2" in capsys.readouterr().out


def test_environments_without_vulnerabilities_are_well(monkeypatch, tmp_path, capsys):
    answer = ANSWER.format(known=report(ILL), other=report(WELL))
    pip_audit(monkeypatch, tmp_path, answer)
    code, _ = checked(tmp_path, offline=False)
    assert code == 0
    assert "Debian's packages" in capsys.readouterr().out
    locks = {lock for names in vulnerabilities.LOCKS.values() for lock in names}
    assert locks == {path.name for path in (CHECKOUT / "requirements").glob("*.txt")}


def test_the_packages_of_an_image_are_listed(monkeypatch, tmp_path):
    docker = tmp_path / "docker"
    line = r"ii \tlibpq5\t15.9-0+deb12u1\tamd64\nrc \tgone\t1\tall\n"
    docker.write_text(
        f"#!/bin/bash\n[[ $* == *rasure/redis:* ]] && exit 1\nprintf '{line}'\n"
    )
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(packages, "ENVIRONMENTS", ())
    monkeypatch.setattr(packages, "_of_lock", lambda *_: "left out of this test")
    written, missing = packages.list_all(CHECKOUT, tmp_path, "0.1.0")
    assert any("1 Debian packages of database" in one for one in written)
    assert any(
        one.startswith("redis: not listed, because its image") for one in missing
    )
    listed = json.loads((tmp_path / "sbom-debian-database.json").read_text())
    assert [one["purl"] for one in listed["components"]] == [
        "pkg:deb/debian/libpq5@15.9-0%2Bdeb12u1?arch=amd64"
    ]


def test_a_machine_without_docker_says_what_is_not_listed(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(packages, "ENVIRONMENTS", ("absent",))
    monkeypatch.setattr(packages, "_of_lock", lambda *_: None)
    monkeypatch.setattr(packages, "_count", lambda _: 0)
    _, missing = packages.list_all(CHECKOUT, tmp_path, "0.1.0")
    assert "absent: it is not installed; run scripts/install" in missing
    assert "database: not listed, because there is no docker here" in missing
    assert "machine: not listed, because there is no dpkg-query here" in missing
