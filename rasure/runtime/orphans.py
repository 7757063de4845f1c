"""Find and end services whose process manager was killed.

Such a service is not supervised and holds the port of its successor. supervisord leads
a session of its own, in which all its services run; while one of them runs, the
operating system does not use the session's number again.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from rasure.runtime.cluster import Cluster


def find(pid_file: Path) -> list[int]:
    """The processes of the session that the dead supervisord of this file led."""
    try:
        leader = int(pid_file.read_text())
        if pid_file.stat().st_mtime < _booted_at() or _lives(leader):
            return []
    except (OSError, ValueError):
        return []
    candidates = [
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()
    ]
    return [pid for pid in candidates if pid != leader and _session(pid) == leader]


def _lives(pid: int) -> bool:
    """True if the process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return False
    return state not in "ZX"


def _booted_at() -> float:
    lines = Path("/proc/stat").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("btime"))


def _session(pid: int) -> int | None:
    with contextlib.suppress(OSError):
        return os.getsid(pid)
    return None


def end(pid_file: Path, cluster: Cluster, patience: float = 20) -> int:
    """End the orphaned services and the database; returns how many there were.

    A service that does not end within `patience` seconds of SIGTERM gets SIGKILL. The
    database is stopped last, so that the services can finish.
    """
    count = len({*find(pid_file), cluster.postmaster()} - {None})
    if not count:
        return 0
    for sign, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5)):
        give_up = time.monotonic() + seconds
        _signal(_others(pid_file, cluster), sign)
        while _others(pid_file, cluster) and time.monotonic() < give_up:
            time.sleep(0.2)
    if cluster.postmaster():
        cluster.stop()
    return count


def _others(pid_file: Path, cluster: Cluster) -> list[int]:
    """The orphans without the database's postmaster."""
    postmaster = cluster.postmaster()
    return [pid for pid in find(pid_file) if pid != postmaster]


def _signal(pids: list[int], sign: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, sign)
