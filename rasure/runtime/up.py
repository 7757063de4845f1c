"""`rasure up` and `rasure down`: start and stop the services of a home, in order.

`up` may be called at any time: it starts the services that do not run, completes a
first start that was killed, and changes nothing when all services are well.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rasure.errors import SetupError
from rasure.runtime import (
    airflow,
    home,
    identity,
    orphans,
    superset,
    supervisor,
    warehouse,
)
from rasure.runtime.cluster import Cluster
from rasure.runtime.ports import Reservations, is_free
from rasure.runtime.services import (
    COMPANIONS,
    GROUPS,
    Service,
    all_services,
    listens_itself,
    private_cluster_of,
)
from rasure.runtime.steps import run_missing
from rasure.settings import Settings

PATIENCE = 180  # seconds for a service to become well; a cold machine needs 60
TRIES = 3  # how often ports are chosen if other programs take them in the meantime
Say = Callable[[str], None]
AS_ROOT = (
    "Airflow and Superset run as root, as you do, because the home is root's. To run "
    "them without root's rights, give the home to another user (docs/install.md)."
)


class PortInUse(SetupError):
    """Another program listens on the port of a service that is being started."""


@dataclass(frozen=True)
class Work:
    """One `up`: the home, how to print, seconds to wait, the descriptor of its lock."""

    settings: Settings
    say: Say
    patience: float
    lock: int


def up(groups: tuple[str, ...], say: Say, patience: float = PATIENCE) -> None:
    """Start the services of `groups` (all when empty) and wait until they are well."""
    requested = _checked(groups)
    settings = Settings.load()
    home.check(settings)
    with locked(settings, say) as lock:
        home.prepare(settings)
        home.store_settings(settings)
        if "superset" in requested:
            superset.check(Settings.load())
        for part in identity.PARTS:
            if part in requested:
                identity.check(Settings.load(), part)
        if os.geteuid() == 0 and {"airflow", "superset"} & set(requested):
            say(AS_ROOT)
        _end_orphans(Settings.load(), say)
        for tries_left in reversed(range(TRIES)):
            try:
                _try(say, patience, lock, requested)
                return
            except PortInUse:
                if not tries_left:
                    raise


def _try(say: Say, patience: float, lock: int, requested: list[str]) -> None:
    """Choose ports and start the services; reserve the ports until all are well."""
    with Reservations() as reserved:
        settings = Settings.load()
        ports, sentences = home.choose_ports(settings, _listening(settings), reserved)
        for sentence in sentences:
            say(sentence)
        _bring_up(Work(Settings.load(), say, patience, lock), ports, requested)


def _listening(settings: Settings) -> set[str]:
    """The groups that have their port already.

    Airflow and Superset run for a minute before they listen, so their ports are
    checked. A database that runs has its port, because it ends without one.
    """
    stored_ports = settings.stored.get("ports", {})
    listening = {
        group
        for group, port in stored_ports.items()
        if group != "postgres" and listens_itself(settings, port)
    }
    database = supervisor.states(settings).get("postgres", {}).get("statename")
    if database in ("RUNNING", "STARTING"):
        listening.add("postgres")
    return listening


def _bring_up(work: Work, ports: dict[str, int], requested: list[str]) -> None:
    settings = work.settings
    cluster = private_cluster_of(settings, ports["postgres"])
    if not cluster.exists:
        work.say("making the database's files")
    cluster.create()
    airflow.configure(settings)
    services = all_services(settings, ports)
    supervisor.ensure(settings, services)
    by_name = {service.name: service for service in services}
    if not by_name["postgres"].is_well():
        _remove_stale_pid(cluster)
    _start(work, [by_name["postgres"]])
    warehouse.prepare_cluster(cluster, settings)
    warehouse.prepare_schema(settings, work.say)
    _start(work, [by_name[name] for name in COMPANIONS if name in by_name])
    steps = {
        "airflow": airflow.setup_steps(settings),
        "superset": superset.setup_steps(settings),
    }

    def set_up_and_start(group: str) -> None:
        url = cluster.url(group, group, settings.secrets["postgres"][group])
        log = settings.logs / f"{group}-setup.log"
        run_missing(url, steps[group], log, work.say, work.lock)
        _start(work, [by_name[name] for name in GROUPS[group] if name in by_name])
        if group == "superset" and superset.reads_elsewhere(settings):
            work.say("giving Superset the new address of the warehouse")
            superset.synchronise(warm=False)

    with ThreadPoolExecutor() as pool:
        list(
            pool.map(set_up_and_start, [group for group in requested if group in steps])
        )


def _start(work: Work, services: list[Service]) -> None:
    """Start services together and wait until each is well, or raise `SetupError`."""
    states = supervisor.states(work.settings)
    ill = []
    for service in services:
        state = states[service.name]["statename"]
        if state == "RUNNING" and service.is_well():
            continue
        if state not in ("RUNNING", "STARTING", "BACKOFF"):
            work.say(f"starting {service.name}")
            supervisor.start(work.settings, service.name)
        ill.append(service)
    began = time.monotonic()
    while ill:
        states = supervisor.states(work.settings)
        for service in list(ill):
            state = states[service.name]["statename"]
            seconds = time.monotonic() - began
            if _is_port_of_other_program(work.settings, service, state):
                raise PortInUse(
                    f"Another program took port {service.port} while {service.name} "
                    "was being started. Run `rasure up` again."
                )
            if state in ("FATAL", "EXITED") or seconds > work.patience:
                raise SetupError(_explanation(work.settings, service.name))
            if state == "RUNNING" and service.is_well():
                work.say(f"{service.name} is well after {seconds:.0f} s")
                ill.remove(service)
        time.sleep(0.3)


def _is_port_of_other_program(settings: Settings, service: Service, state: str) -> bool:
    """True if another program listens on the port of a service that is not well yet."""
    if service.port is None or is_free(service.port):
        return False
    if service.name == "postgres":  # it ends at once without its port
        return state in ("BACKOFF", "EXITED", "FATAL")
    return not listens_itself(settings, service.port)


def _explanation(settings: Settings, name: str) -> str:
    log = settings.logs / f"{name}.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    last = next((line for line in reversed(lines) if line.strip()), "nothing")
    return f"{name} did not come up. Its log, {log}, ends with: {last[:300]}"


def _end_orphans(settings: Settings, say: Say) -> None:
    """End the services whose process manager was killed."""
    ports = settings.stored.get("ports")
    if supervisor.is_there(settings) or not ports:
        return
    cluster = private_cluster_of(settings, ports["postgres"])
    if orphans.end(settings.home / "run" / "supervisord.pid", cluster):
        say("ended services whose process manager had been killed")


def _remove_stale_pid(cluster: Cluster) -> None:
    """Remove the pid file of a server that a crash or a reboot has ended.

    PostgreSQL does so itself unless another process has that process id now.
    """
    if cluster.postmaster() is None:
        (cluster.folder / "postmaster.pid").unlink(missing_ok=True)


def down(say: Say) -> None:
    """Stop every service, the last started first, and then the process manager."""
    settings = Settings.load()
    if not (settings.home / "run").exists():
        say(f"nothing runs under {settings.home}")
        return
    with locked(settings, say):
        _end_orphans(settings, say)
        states = supervisor.states(settings)
        idle = ("STOPPED", "EXITED", "FATAL")
        live = {
            name for name, process in states.items() if process["statename"] not in idle
        }
        if not live:
            say(f"nothing runs under {settings.home}")
        for group in reversed(GROUPS):
            names = [name for name in reversed(GROUPS[group]) if name in live]
            if names:
                say(f"stopping {group}")
                supervisor.stop(settings, names)
        supervisor.shut_down(settings)


def _checked(groups: tuple[str, ...]) -> list[str]:
    unknown = [group for group in groups if group not in GROUPS]
    if unknown:
        raise SetupError(
            f"There is no service {unknown[0]}; there are {', '.join(GROUPS)}."
        )
    return [group for group in GROUPS if not groups or group in groups]


@contextlib.contextmanager
def locked(settings: Settings, say: Say) -> Iterator[int]:
    """Let one `up` or `down` at a time work on this home; yields the lock's descriptor.

    A set-up step inherits it, so the next call waits for a step of a killed `up`.
    """
    path: Path = settings.home / "run" / "lock"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another `rasure up` or `rasure down` of this home")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()
