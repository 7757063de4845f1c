"""Ports on the loopback address: find free ones, reserve them, and see who listens.

Minutes may pass between the choice of a port and the moment its service listens there.
Until then the `rasure up` that chose it holds a reservation: a Unix socket with a name
in the abstract namespace. Every user of the machine sees that name, only one process at
a time can bind it, and the system frees it when that process ends.
"""

from __future__ import annotations

import contextlib
import os
import socket

import psutil

from rasure.errors import SetupError


class Reservations(contextlib.ExitStack):
    """The ports that this process has reserved, released at the end of the `with`."""

    def take(self, port: int) -> bool:
        """Reserve `port`; False when it is in use or reserved by anybody."""
        mark = socket.socket(socket.AF_UNIX)
        try:
            mark.bind(f"\0rasure-port-{port}")
        except OSError:
            mark.close()
            return False
        if not is_free(port):
            mark.close()
            return False
        self.enter_context(mark)
        return True

    def take_any(self, preferred: int) -> int:
        """Reserve `preferred`, or otherwise a port that the operating system picks."""
        for port in (preferred, *(free_port() for _ in range(20))):
            if self.take(port):
                return port
        raise SetupError("No port is free on 127.0.0.1. End programs that listen.")


def is_free(port: int) -> bool:
    """True if a server could listen on 127.0.0.1:`port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A free port that the operating system picks."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port: int, manager: int | None) -> bool:
    """True if a service of the process manager with the pid `manager` has `port`.

    A service is a descendant of its manager or, if its parent has ended, in the session
    that the manager leads.
    """
    if manager is None:
        return False
    owners = {
        connection.pid
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    }
    return any(_belongs(pid, manager) for pid in owners - {None})


def _belongs(pid: int, manager: int) -> bool:
    try:
        ancestors = [parent.pid for parent in psutil.Process(pid).parents()]
        return manager in ancestors or os.getsid(pid) == manager
    except (psutil.Error, OSError):
        return False
