"""The process manager: one supervisord for each home, controlled over its Unix socket.

supervisord restarts services that die and keeps their logs. `rasure up` asks it to
start them in order. It starts none by itself, so the order holds after a reboot too.
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
    """Make the private folder of the socket.

    Raises `SetupError` when a folder of that name belongs to another user.
    """
    folder = socket_path(settings).parent
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise SetupError(
            f"The folder {folder} belongs to somebody else. Remove it, or set "
            "RASURE_HOME to a shorter path."
        )


def configuration(settings: Settings, services: list[Service]) -> str:
    """The text of supervisord's configuration."""
    socket = socket_path(settings)
    supervisord = {
        "logfile": settings.logs / "supervisord.log",
        "pidfile": settings.home / "run" / "supervisord.pid",
        "logfile_maxbytes": "5MB",
        "childlogdir": settings.logs,
        "identifier": "rasure",
    }
    if os.geteuid() == 0:
        supervisord["user"] = "root"
    sections = {
        "unix_http_server": {"file": socket, "chmod": "0700"},
        "supervisord": supervisord,
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": (
                "supervisor.rpcinterface:make_main_rpcinterface"
            ),
        },
        "supervisorctl": {"serverurl": f"unix://{socket}"},
    }
    for service in services:
        sections[f"program:{service.name}"] = _program(settings, service)
    lines = []
    for section, options in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{name}={_escaped(value)}" for name, value in options.items()]
    return "\n".join(lines) + "\n"


def _program(settings: Settings, service: Service) -> dict[str, object]:
    """The options of a service's section."""
    program: dict[str, object] = {"command": shlex.join(service.command)}
    if service.environment:
        script = ["/bin/sh", str(_script_path(settings, service))]
        digest = hashlib.sha256(_script(service).encode()).hexdigest()[:16]
        program["command"] = shlex.join(script)
        # supervisord compares this section only: a changed script must change it too.
        program["environment"] = f"RASURE_SCRIPT={digest}"
    program |= {
        "stdout_logfile": settings.logs / f"{service.name}.log",
        "redirect_stderr": "true",
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": 3,
        "autostart": "false",
        "autorestart": "true",
        "startsecs": 1,
        "startretries": 4,
        "stopasgroup": "false",
        "killasgroup": "false" if service.name == "postgres" else "true",
        "stopsignal": service.stop_signal,
        "directory": "/",
        "stopwaitsecs": service.stop_seconds,
    }
    if service.user:
        program["user"] = service.user
    return program


def _script_path(settings: Settings, service: Service) -> Path:
    return settings.home / "run" / f"{service.name}.sh"


def _script(service: Service) -> str:
    """A shell script that sets the service's environment and starts it.

    The environment holds passwords with any character. The option `environment` of
    supervisord cannot quote them all.
    """
    exports = [
        f"export {name}={shlex.quote(value)}"
        for name, value in service.environment.items()
    ]
    return "\n".join([*exports, f"exec {shlex.join(service.command)}", ""])


def _escaped(value: object) -> str:
    """A value in which supervisord expands nothing."""
    return str(value).replace("%", "%%")


@contextlib.contextmanager
def control(settings: Settings) -> Iterator[xmlrpc.client.ServerProxy | None]:
    """The interface of the running process manager; None when none runs."""
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
    """Make supervisord run with this configuration; return True if it did not yet.

    A service whose configuration changed is stopped and registered again. The others
    keep running.
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
    """True if the process manager answers. One that is being killed does not."""
    for _ in range(10):
        with control(settings) as manager:
            if manager is not None:
                return True
        if not socket_path(settings).exists():
            break
        time.sleep(0.1)
    return False


def states(settings: Settings) -> dict[str, dict]:
    """What supervisord says of each service, by its name; empty when it does not run.

    Keys of a value: `statename` (RUNNING, STARTING, BACKOFF, STOPPED, EXITED, FATAL,
    …), `pid`, `start` and `now` in seconds since 1970.
    """
    with control(settings) as manager:
        processes = manager.getAllProcessInfo() if manager else []
    return {process["name"]: process for process in processes}


def start(settings: Settings, name: str) -> None:
    """Ask for a service to be started; do nothing when it runs or is starting."""
    with control(settings) as manager, contextlib.suppress(xmlrpc.client.Fault):
        manager.startProcess(name, False)


def stop(settings: Settings, names: list[str]) -> None:
    """Stop services in parallel and wait until all have ended."""
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
    """End the process manager. Its services must have ended."""
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
