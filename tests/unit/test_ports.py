"""Ports: reserved while a home is started, and a service's own or a stranger's."""

from __future__ import annotations

import ast
import os
import socket
import subprocess
import sys
import time

from rasure.runtime import home, supervisor
from rasure.runtime.ports import Reservations, free_port, listens
from rasure.runtime.services import Service
from rasure.settings import Settings

CHOOSE = """
from rasure.runtime import home, ports
from rasure.settings import Settings
with ports.Reservations() as reserved:
    print(home.choose_ports(Settings.load(), set(), reserved)[0], flush=True)
    input()
"""


def test_homes_that_are_started_at_once_choose_different_ports(tmp_path):
    same = {service: free_port() for service in home.USUAL_PORTS}
    chosen = []
    started = []
    try:
        for name in ("one", "two"):
            own = Settings(tmp_path / name)
            own.home.mkdir()
            home.store_settings(own, ports=same)
            process = subprocess.Popen(
                [sys.executable, "-c", CHOOSE],
                env={**os.environ, "RASURE_HOME": str(own.home)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            started.append(process)
            chosen.append(set(ast.literal_eval(process.stdout.readline()).values()))
    finally:
        for process in started:
            process.communicate("\n")
    assert chosen[0] == set(same.values())
    assert not chosen[0] & chosen[1]
    with Reservations() as reserved:  # what ended processes had is to be had again
        assert all(reserved.take(port) for port in same.values())


def test_only_a_service_of_the_home_listens_for_it(tmp_path):
    settings = Settings(tmp_path / "home")
    home.check(settings)
    home.prepare(settings)
    port = free_port()
    server = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    service = Service(name="web", command=server, is_well=lambda: True)
    try:
        supervisor.ensure(settings, [service])
        manager = int((settings.home / "run/supervisord.pid").read_text())
        with socket.create_server(("127.0.0.1", port)):
            assert not listens(port, manager)
        supervisor.start(settings, "web")
        give_up = time.monotonic() + 20
        while not listens(port, manager) and time.monotonic() < give_up:
            time.sleep(0.05)
        assert listens(port, manager)
        assert not listens(port, None)
    finally:
        supervisor.stop(settings, ["web"])
        supervisor.shut_down(settings)
