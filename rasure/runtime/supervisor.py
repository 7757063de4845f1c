"""The process manager: supervisord, one per home, steered over its Unix socket.

supervisord restarts what dies and keeps the logs; `rasure up` starts the services in
order through it. Nothing starts by itself when supervisord does, so that the order
holds after a reboot too.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterator
from pathlib import Path

from supervisor.xmlrpc import SupervisorTransport

from rasure.errors import SetupError
from rasure.runtime.environment import callers_environment
from rasure.runtime.home import write_private
from rasure.runtime.services import Service
from rasure.settings import Settings

LONGEST_SOCKET = 90  # of 107; supervisord appends its pid while it makes the socket


def socket_path(settings: Settings) -> Path:
    """The control socket: in the home, or in a short folder when its path is long."""
    usual = settings.home / "run" / "supervisor.sock"
    if len(os.fsencode(usual)) <= LONGEST_SOCKET:
        return usual
    digest = hashlib.sha256(os.fsencode(settings.home)).hexdigest()[:12]
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    if len(os.fsencode(base)) > LONGEST_SOCKET - 40:
        base = Path("/tmp")  # noqa: S108 - the folder below is ours alone
    return base / f"rasure-{os.getuid()}-{digest}" / "supervisor.sock"


def _make_socket_folder(settings: Settings) -> None:
    """Make the socket's folder, ours alone. Raises `SetupError` for another's."""
    folder = socket_path(settings).parent
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise SetupError(
            f"The folder {folder} belongs to somebody else. Remove it, or set "
            "RASURE_HOME to a shorter path."
        )


def configuration(settings: Settings, services: list[Service]) -> str:
    """The text of supervisord's configuration."""
    run = settings.home / "run"
    control = socket_path(settings)
    lines = [
        *("[unix_http_server]", f"file={_text(control)}", "chmod=0700"),
        *("[supervisord]", f"logfile={_text(settings.logs / 'supervisord.log')}"),
        *(f"pidfile={_text(run / 'supervisord.pid')}", "logfile_maxbytes=5MB"),
        *(f"childlogdir={_text(settings.logs)}", "identifier=rasure"),
        *(["user=root"] if os.geteuid() == 0 else []),
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory="
        "supervisor.rpcinterface:make_main_rpcinterface",
        *("[supervisorctl]", f"serverurl=unix://{_text(control)}"),
    ]
    for service in services:
        log = settings.logs / f"{service.name}.log"
        command = service.command
        if service.environment:
            command = ["/bin/sh", str(_script_path(settings, service))]
            digest = hashlib.sha256(_script(service).encode()).hexdigest()[:16]
        lines += [
            f"[program:{service.name}]",
            f"command={_text(shlex.join(command))}",
            *([f"environment=RASURE_SCRIPT={digest}"] if service.environment else []),
            f"stdout_logfile={_text(log)}",
            *("redirect_stderr=true", "stdout_logfile_maxbytes=10MB"),
            *("stdout_logfile_backups=3", "autostart=false", "autorestart=true"),
            *("startsecs=1", "startretries=4", "stopasgroup=false"),
            f"killasgroup={'false' if service.name == 'postgres' else 'true'}",
            *(f"stopsignal={service.stop_signal}", "directory=/"),
            f"stopwaitsecs={service.stop_seconds}",
            *([f"user={service.user}"] if service.user else []),
        ]
    return "\n".join(lines) + "\n"


def _script_path(settings: Settings, service: Service) -> Path:
    return settings.home / "run" / f"{service.name}.sh"


def _script(service: Service) -> str:
    """A shell script that starts the service: its settings hold passwords and any
    character, which supervisord's own `environment=` cannot quote."""
    exports = [
        f"export {name}={shlex.quote(value)}"
        for name, value in service.environment.items()
    ]
    return "\n".join([*exports, f"exec {shlex.join(service.command)}", ""])


def _text(value: object) -> str:
    return str(value).replace("%", "%%")


@contextlib.contextmanager
def control(settings: Settings) -> Iterator[xmlrpc.client.ServerProxy | None]:
    """The running process manager's interface, None when none runs."""
    path = socket_path(settings)
    if path.exists() and path.stat().st_uid != os.getuid():
        yield None
        return
    transport = SupervisorTransport(serverurl=f"unix://{path}")
    proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport)
    try:
        proxy.supervisor.getPID()
    except (OSError, xmlrpc.client.ProtocolError):
        proxy = None
    try:
        yield proxy and proxy.supervisor
    finally:
        transport.close()


def ensure(settings: Settings, services: list[Service]) -> bool:
    """Have supervisord run with this configuration; whether anything was changed.

    A service whose configuration changed is stopped and made known anew; the others
    run on.
    """
    _make_socket_folder(settings)
    path = settings.home / "run" / "supervisord.conf"
    text = configuration(settings, services)
    changed = not path.exists() or path.read_text() != text
    for service in services:
        if changed and service.environment:
            write_private(_script_path(settings, service), _script(service))
    if changed:
        write_private(path, text)
    with control(settings) as manager:
        if manager is None:
            _start(settings, path)
            return True
        if changed:
            added, altered, removed = manager.reloadConfig()[0]
            for name in (*altered, *removed):
                manager.stopProcessGroup(name)
                manager.removeProcessGroup(name)
            for name in (*added, *altered):
                manager.addProcessGroup(name)
    return changed


def _start(settings: Settings, configuration_path: Path) -> None:
    program = str(Path(sys.prefix) / "bin" / "supervisord")
    stale = socket_path(settings)
    with contextlib.suppress(FileNotFoundError):
        stale.unlink()
    answer = subprocess.run(
        [program, "-c", str(configuration_path)],
        env=callers_environment(),
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    give_up = time.monotonic() + 20
    while answer.returncode == 0 and time.monotonic() < give_up:
        with control(settings) as manager:
            if manager is not None:
                return
        time.sleep(0.1)
    raise SetupError(
        f"The process manager did not start: {answer.stderr.strip() or 'no answer'}. "
        f"Its log is {settings.logs / 'supervisord.log'}."
    )


def is_there(settings: Settings) -> bool:
    """Whether the process manager answers; one that is just being killed does not."""
    for _ in range(10):
        with control(settings) as manager:
            if manager is not None:
                return True
        if not socket_path(settings).exists():
            break
        time.sleep(0.1)
    return False


def states(settings: Settings) -> dict[str, dict]:
    """What supervisord says of each service, empty when it does not run.

    Keys of a value: `statename` (RUNNING, STARTING, BACKOFF, STOPPED, EXITED, FATAL,
    …), `pid`, `start` and `now` in seconds since 1970.
    """
    with control(settings) as manager:
        found = manager.getAllProcessInfo() if manager else []
    return {one["name"]: one for one in found}


def start(settings: Settings, name: str) -> None:
    """Ask for a service to be started; fine when it runs or is starting."""
    with control(settings) as manager, contextlib.suppress(xmlrpc.client.Fault):
        manager.startProcess(name, False)


def stop(settings: Settings, names: list[str]) -> None:
    """Stop services at the same time and wait for the last one's end."""
    with control(settings) as manager:
        if manager is None:
            return
        for name in names:
            with contextlib.suppress(xmlrpc.client.Fault):
                manager.stopProcess(name, False)
        while any(
            manager.getProcessInfo(name)["statename"] == "STOPPING" for name in names
        ):
            time.sleep(0.1)


def shut_down(settings: Settings) -> None:
    """End the process manager, which must have nothing left to look after."""
    with control(settings) as manager:
        if manager is None:
            return
        pid = manager.getPID()
        manager.shutdown()
    give_up = time.monotonic() + 20
    while os.path.exists(f"/proc/{pid}") and time.monotonic() < give_up:
        time.sleep(0.1)
    folder = socket_path(settings).parent
    if folder != settings.home / "run":
        with contextlib.suppress(OSError):
            folder.rmdir()
