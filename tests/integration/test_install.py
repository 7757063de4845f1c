"""`scripts/install` on machines that lack something: a plain sentence each, no trace.

Each test has a checkout of its own with the real script and locks, and programs of its
own before the machine's in PATH, so that nothing is really installed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
POSTGIS = list(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))


class Machine:
    """A checkout, a folder of programs, and who runs the script."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.user = None
        for name in ("scripts/install", "pyproject.toml", "superset/pyproject.toml"):
            target = self.checkout / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, target)
        shutil.copytree(CHECKOUT / "requirements", self.checkout / "requirements")
        self.program("sudo", "exit 1")

    def program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)

    def install(self, *arguments: str, **variables: str):
        return subprocess.run(
            ["scripts/install", *arguments],
            cwd=self.checkout,
            env={
                "PATH": f"{self.programs}:/usr/bin:/bin",
                "HOME": str(self.checkout),
                "RASURE_PYTHON": os.environ.get("RASURE_PYTHON", "python3.11 python3"),
                **variables,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            user=self.user,
        )


@pytest.fixture
def machine():
    folder = Path(tempfile.mkdtemp(prefix="rasure-install-"))
    folder.chmod(0o755)
    yield Machine(folder)
    shutil.rmtree(folder)


def without_venv(machine: Machine) -> None:
    for name in ("python3", "python3.11", "python3.12"):
        machine.program(name, "exit 1")


def test_no_network_is_reported_with_the_log(machine):
    answer = machine.install(
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="0",
        PIP_CONFIG_FILE="/dev/null",
        PIP_NO_CACHE_DIR="1",
    )
    log = machine.checkout / ".local/logs/install.log"
    assert answer.returncode == 3
    assert "the network or the package index cannot be reached" in answer.stderr
    assert f"The log is {log}" in answer.stderr
    assert log.stat().st_size > 0


def test_a_full_disk_is_reported_before_anything_is_made(machine):
    machine.program("df", "echo h; echo / 9999 9000 999 90% /")
    answer = machine.install()
    assert answer.returncode == 3
    assert "has less than 3 GiB left" in answer.stderr
    assert not (machine.checkout / ".venv").exists()


def test_a_disk_that_fills_up_meanwhile_is_reported(machine):
    full = 'case $1 in -c) ;; *) echo "No space left on device"; exit 1 ;; esac'
    machine.program("python3.11", full)
    answer = machine.install(RASURE_PYTHON="python3.11")
    assert answer.returncode == 3
    assert "stopped: the disk is full." in answer.stderr


def test_no_fitting_python_is_reported(machine):
    answer = machine.install(RASURE_PYTHON="python2.7 python3.14")
    assert answer.returncode == 3
    assert "needs Python 3.11 or 3.12 with its venv module" in answer.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_no_right_to_install_is_reported_with_the_packages(machine):
    without_venv(machine)
    machine.program("apt-get", "exit 1")
    machine.user = pwd.getpwnam("nobody").pw_name
    shutil.chown(machine.checkout, machine.user)
    answer = machine.install()
    assert answer.returncode == 3
    assert "needs the packages python3-venv and may not use sudo" in answer.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="asks for the system's packages")
def test_system_packages_are_asked_for_once_and_failure_is_reported(machine):
    without_venv(machine)
    calls = machine.checkout / "calls"
    machine.program(
        "apt-get", f'echo "$@" >>{calls}; echo "Could not resolve" >&2; exit 9'
    )
    answer = machine.install()
    assert answer.returncode == 3
    assert "installing the system packages python3-venv" in answer.stderr
    assert "the network or the package index cannot be reached" in answer.stderr
    assert calls.read_text().split()[-1] == "update"


@pytest.mark.skipif(os.geteuid() != 0, reason="asks for the system's packages")
def test_a_system_without_a_browser_package_gets_the_rest(machine):
    without_venv(machine)
    calls = machine.checkout / "calls"
    for tool in Path("/usr/bin").iterdir():
        if tool.name != "chromium" and not (machine.programs / tool.name).exists():
            (machine.programs / tool.name).symlink_to(tool)
    for name, script in (("apt-cache", "exit 1"), ("apt-get", f'echo "$@" >>{calls}')):
        (machine.programs / name).unlink()
        machine.program(name, script)
    answer = machine.install("--with-browser", PATH=str(machine.programs))
    assert "there is no package chromium here" in answer.stderr
    assert "chromium" not in calls.read_text()
    assert "fonts-dejavu-core" in calls.read_text()


def test_an_unknown_option_is_reported(machine):
    answer = machine.install("--with-coffee")
    assert answer.returncode == 2
    assert "unknown option --with-coffee" in answer.stderr


def test_the_second_run_does_nothing_and_is_quick():
    script = CHECKOUT / "scripts/install"
    if not (CHECKOUT / ".venv/.installed").exists():
        pytest.skip("this checkout was not set up by scripts/install")
    began = time.monotonic()
    answer = subprocess.run([script], capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert time.monotonic() - began < 1
