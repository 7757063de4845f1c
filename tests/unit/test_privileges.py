"""A command of root acts as the owner of the home."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys

import pytest

NOBODY = pwd.getpwnam("nobody")
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes its user")


def user_after(home, program: str = sys.executable) -> list[int]:
    """The user and groups of a process after it became the owner of `home`."""
    code = (
        "import os, sys; from pathlib import Path;"
        "from rasure.runtime import privileges; privileges.CHECKOUT = Path('/');"
        "sys.executable = sys.argv[2]; privileges.become_owner(Path(sys.argv[1]));"
        "print(os.getuid(), os.geteuid(), os.getgid(), *os.getgroups())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(home), program],
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(number) for number in done.stdout.split()]


def test_root_acts_as_the_owner_of_the_home(tmp_path):
    os.chown(tmp_path, NOBODY.pw_uid, NOBODY.pw_gid)
    uid, gid = NOBODY.pw_uid, NOBODY.pw_gid
    assert user_after(tmp_path, "/bin/sh") == [uid, uid, gid, gid]


def test_root_stays_root_in_a_container(tmp_path, monkeypatch):
    os.chown(tmp_path, NOBODY.pw_uid, NOBODY.pw_gid)
    monkeypatch.setenv("RASURE_SECRETS", "/run/secrets")
    assert user_after(tmp_path, "/bin/sh")[:3] == [0, 0, 0]


def test_root_stays_root_where_the_home_is_its_own_or_out_of_reach(tmp_path):
    assert user_after(tmp_path)[:3] == [0, 0, 0]
    assert user_after(tmp_path / "not there")[:3] == [0, 0, 0]
    os.chown(tmp_path, NOBODY.pw_uid, NOBODY.pw_gid)
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o700)
    program = locked / "python"
    program.write_text("")
    program.chmod(0o755)
    assert user_after(tmp_path, str(program))[:3] == [0, 0, 0]
