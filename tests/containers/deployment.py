"""docker-compose.yml itself, on a machine that can pull no image and has no bridge.

A Docker daemon of the tests' own runs without a bridge, so the services share the
host's network: `for_host_network` changes the addresses in the real file, and names two
workers. The landing folder is a small file system in memory, so that a test can fill
it. The settings of the force switch reports on. Nothing else differs. The base image is
one that debootstrap makes of the same Debian, under its tag.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import psycopg
import tomli_w
import yaml

from rasure.runtime import reports, secret_files
from rasure.runtime.airflow_api import Airflow
from rasure.runtime.ports import is_free
from rasure.runtime.secret_commands import self_signed
from rasure.settings import CHECKOUT
from tests.mailed_reports import RECIPIENTS

SYSTEM = "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
NEEDED = ("dockerd", "docker", "docker-compose", "debootstrap")
BASE = "python:3.11-slim-bookworm"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
HOST = "localhost"
WORKERS = ("worker-1", "worker-2")
IN_CONTAINER = "/var/lib/rasure/landing/police_uk"
ADDRESSES = ("postgres", "redis", "airflow", "superset", "superset_proxy")
ADDRESSES += ("airflow_proxy",)
BUILT = ("init", "database", "redis", "proxy", "reports")  # a service of each image
LANDING_MIB = 64


class CannotRun(Exception):
    """Docker does not run on this machine, for a reason that the message gives."""


def check_docker_runs() -> None:
    """Start a daemon as the tests do, and end it. Raises `CannotRun`."""
    if os.geteuid() != 0:
        raise CannotRun("Docker is started as root, and this is another user")
    missing = [name for name in NEEDED if shutil.which(name, path=SYSTEM) is None]
    if missing:
        raise CannotRun(f"{', '.join(missing)}: no such program is installed")
    folder = Path(tempfile.mkdtemp(prefix="rasure-docker-", dir="/var/tmp"))
    try:
        with _daemon(Deployment(folder, {})) as daemon:
            daemon.run("docker", "info")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def for_host_network(compose: dict, ports: dict[str, int]) -> dict:
    """The compose file with every service on the host's network, and two workers.

    `ports` has one for each name in RASURE_ADDRESSES, and for the log servers.
    """
    changed = deepcopy(compose)
    changed.pop("networks")
    services = changed["services"]
    places = " ".join(
        f"{name}=127.0.0.1:{ports[name]}"
        for name in (*ADDRESSES, "reader")
        if name in ports
    )
    for name, service in services.items():
        service.pop("networks", None)
        service.pop("ports", None)
        service["network_mode"] = "host"
        service["build"] = {**service["build"], "network": "host"}
        if name not in BUILT:
            del service["build"]
        service["environment"] |= {
            "RASURE_ADDRESSES": places,
            "RASURE_LISTEN": "127.0.0.1",
            "RASURE_TRIGGER_LOG_PORT": str(ports["trigger_log"]),
            # The API server reads all logs at one port, so on one host of one worker.
            "RASURE_WORKER_LOG_PORT": str(ports[WORKERS[0]]),
        }
    worker = services.pop("airflow-worker")
    for name in WORKERS:
        services[name] = deepcopy(worker)
        services[name]["hostname"] = name
        services[name]["environment"]["RASURE_WORKER_LOG_PORT"] = str(ports[name])
    services["airflow-api-server"]["extra_hosts"] = [
        f"{name}:127.0.0.1" for name in WORKERS
    ]
    options = f"size={LANDING_MIB}m,uid=10001,gid=10001,mode=0700"
    in_memory = {"type": "tmpfs", "device": "tmpfs", "o": options}
    changed["volumes"]["landing"] = {"driver": "local", "driver_opts": in_memory}
    return changed


@dataclass
class Deployment:
    """A deployment of the test's own: its folder, its daemon's socket, its ports."""

    folder: Path
    ports: dict[str, int]

    @property
    def socket(self) -> str:
        """The address of the daemon."""
        return f"unix://{self.folder / 'docker.sock'}"

    @property
    def certificate(self) -> Path:
        """The certificate of the proxy."""
        return self.folder / "secrets" / secret_files.CERTIFICATE

    def run(
        self, *command: str, may_fail: bool = False, **variables: str
    ) -> subprocess.CompletedProcess:
        """Run a program of Docker; its output is captured as text."""
        environment = {"DOCKER_HOST": self.socket, "HOME": str(self.folder)}
        answer = subprocess.run(
            command,
            env={"PATH": SYSTEM, **environment, **variables},
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        assert may_fail or answer.returncode == 0, (
            command,
            answer.stdout[-2000:],
            answer.stderr[-4000:],
        )
        return answer

    def compose(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        """Run docker-compose on the changed file, with the options of `run`."""
        return self.run(
            *("docker-compose", "--project-name", "rasure-test"),
            *("--file", str(self.folder / "docker-compose.yml"), *arguments),
            **options,
        )

    def container(self, service: str) -> str:
        """The name of the only container of a service."""
        return f"rasure-test_{service}_1"

    def states(self) -> dict[str, str]:
        """By service: healthy, unhealthy, starting, or `exited <code>`."""
        template = (
            '{{index .Config.Labels "com.docker.compose.service"}} '
            "{{if .State.Running}}{{if .State.Health}}{{.State.Health.Status}}"
            "{{else}}running{{end}}{{else}}exited {{.State.ExitCode}}{{end}}"
        )
        ids = self.compose("ps", "--all", "--quiet").stdout.split()
        lines = self.run("docker", "inspect", "--format", template, *ids).stdout
        return dict(line.split(" ", 1) for line in lines.splitlines() if line)

    def log(self, service: str) -> str:
        """What a service has written."""
        answer = self.run("docker", "logs", self.container(service))
        return answer.stdout + answer.stderr

    def inspect(self, service: str, template: str) -> str:
        """What Docker knows of a service's container, by a template of its own."""
        name = self.container(service)
        return self.run("docker", "inspect", "--format", template, name).stdout.strip()

    def crash(self, service: str) -> None:
        """Kill every process of a service from outside, as a fault of its own would.

        Docker starts it again, as the compose file says; it does not after a
        `docker kill`. Returns once it has.
        """
        restarts = int(self.inspect(service, "{{.RestartCount}}"))
        os.kill(int(self.inspect(service, "{{.State.Pid}}")), signal.SIGKILL)
        wait_until(
            lambda: int(self.inspect(service, "{{.RestartCount}}")) > restarts,
            60,
            lambda: f"{service} was not started again: {self.states()[service]}",
        )

    def execute(self, service: str, *command: str) -> str:
        """What a command in a service's container writes; it must succeed."""
        return self.run("docker", "exec", self.container(service), *command).stdout

    def is_well(self, service: str) -> bool:
        """True if a service's own check of its health passes now."""
        name = "airflow-worker" if service in WORKERS else service
        check = ("python3", "-P", "-m", "rasure.runtime.containers", "health", name)
        command = ("docker", "exec", self.container(service), *check)
        return self.run(*command, may_fail=True).returncode == 0

    def wait_until_well(self, service: str) -> None:
        """Wait for a service by its own check: Docker asks it once a minute only."""
        wait_until(
            lambda: self.is_well(service), 600, lambda: self.log(service)[-3000:]
        )

    def wait_until_healthy(self, seconds: float) -> float:
        """Wait for every service; returns how long it took."""
        began = time.monotonic()
        wait_until(lambda: not self.ill(), seconds, self._logs_of_the_ill)
        return time.monotonic() - began

    def ill(self) -> list[str]:
        """The services that are not healthy; init is well when it has ended well."""
        well = ("healthy", "exited 0")
        return [name for name, state in self.states().items() if state not in well]

    def _logs_of_the_ill(self) -> str:
        states = self.states()
        return "\n".join(
            f"{name} is {states[name]}: {self.log(name)[-3000:]}" for name in self.ill()
        )

    def secret(self, name: str) -> str:
        """A secret of the deployment."""
        return (self.folder / "secrets" / name).read_text()

    def airflow(self) -> Airflow:
        """A client of the deployment's Airflow."""
        url = f"http://127.0.0.1:{self.ports['airflow']}"
        return Airflow(url, self.secret("airflow_admin"))

    def connect(self, database: str = "rasure") -> psycopg.Connection:
        """A session of the warehouse, or of the metadata of `airflow`, as its owner."""
        password = self.secret(f"postgres_{database}")
        address = f"127.0.0.1:{self.ports['postgres']}"
        return psycopg.connect(
            f"postgresql://{database}:{password}@{address}/{database}"
        )

    def query(self, text: str, database: str = "rasure") -> list[tuple]:
        """Rows of the warehouse, or of the metadata of `airflow`."""
        with self.connect(database) as connection:
            return connection.execute(text).fetchall()

    def offer(self, *deliveries: Path) -> None:
        """Put deliveries into the landing volume, then flag all of them at once."""
        for path in deliveries:
            self.put(path)
        self.flag(*deliveries)

    def put(self, path: Path, may_fail: bool = False) -> subprocess.CompletedProcess:
        """Copy a delivery into the landing volume, without a flag."""
        target = f"{self.container(WORKERS[0])}:{IN_CONTAINER}/"
        return self.run("docker", "cp", str(path), target, may_fail=may_fail)

    def flag(self, *deliveries: Path) -> None:
        """Flag deliveries in the landing volume as ready."""
        flags = [f"{IN_CONTAINER}/{path.name}.ready" for path in deliveries]
        self.execute(WORKERS[0], "touch", *flags)

    def landing(self) -> set[str]:
        """The names of what is in the landing volume."""
        return set(self.execute(WORKERS[0], "ls", IN_CONTAINER).split())


def wait_until(
    is_so: Callable[[], bool],
    seconds: float,
    explain: Callable[[], str],
    every: float = 1,
) -> None:
    """Wait for a state; raises `AssertionError` with `explain()` if it does not come.

    It is asked for each `every` seconds. `seconds` only ends a test that would never
    end: no state is expected by a time.
    """
    give_up = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up, f"not after {seconds:.0f} s: {explain()}"
        time.sleep(every)


@contextlib.contextmanager
def deployed() -> Iterator[Deployment]:
    """A deployment whose images are built; its services are still to be started.

    To work on these tests, name the folder of one in RASURE_TEST_DEPLOYMENT: it is used
    as it is and left running.
    """
    if given := os.environ.get("RASURE_TEST_DEPLOYMENT"):
        ports = json.loads((Path(given) / "ports.json").read_text())
        yield Deployment(Path(given), ports)
        return
    folder = Path(tempfile.mkdtemp(prefix="rasure-deploy-", dir="/var/tmp"))
    names = (*ADDRESSES, "trigger_log", "mail", *WORKERS)
    ports = dict(zip(names, _free_ports(), strict=False))
    deployment = Deployment(folder, {**ports, "reader": ports["postgres"]})
    (folder / "ports.json").write_text(json.dumps(deployment.ports))
    secret_files.make(folder / "secrets", HOST, self_signed)
    try:
        with _daemon(deployment):
            try:
                _make_base_image(deployment)
                _write_compose_file(deployment)
                _build(deployment)
                yield deployment
            finally:
                down = ("down", "--volumes", "--timeout", "5")
                deployment.compose(*down, may_fail=True)
    finally:
        shutil.rmtree(folder)


def _free_ports() -> Iterator[int]:
    """Free ports that the system gives to no connection while the images are built."""
    ports = random.sample(range(20_000, 32_000), 500)  # below those of connections
    return (port for port in ports if is_free(port))


@contextlib.contextmanager
def _daemon(deployment: Deployment) -> Iterator[Deployment]:
    """Run a Docker daemon; it and its containers end with this process, however this
    ends. Raises `CannotRun`."""
    folder = deployment.folder
    with (folder / "dockerd.log").open("w") as log:
        daemon = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "TERM"),
                *("dockerd", "--iptables=false", "--bridge=none"),
                *("--data-root", str(folder / "data")),
                *("--exec-root", str(folder / "exec")),
                *("--pidfile", str(folder / "docker.pid"), "--host", deployment.socket),
            ],
            env={"PATH": SYSTEM},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        give_up = time.monotonic() + 60
        while not (folder / "docker.sock").exists():
            if daemon.poll() is not None or time.monotonic() > give_up:
                said = (folder / "dockerd.log").read_text().strip()
                raise CannotRun(f"dockerd does not start: {said[-300:]}")
            time.sleep(0.2)
        yield deployment
    finally:
        daemon.terminate()
        daemon.wait(60)
        # It leaves the host's network namespace mounted.
        mounted = str(folder / "exec" / "netns" / "default")
        deployment.run("umount", mounted, may_fail=True)


def _make_base_image(deployment: Deployment) -> None:
    """Import Debian with its Python as what the Dockerfile builds on."""
    root = deployment.folder / "root"
    packages = "--include=python3,python3-venv,ca-certificates"
    deployment.run("debootstrap", "--variant=minbase", packages, "bookworm", str(root))
    for name in ("python", "python3"):
        (root / "usr/local/bin" / name).symlink_to("/usr/bin/python3")
    # What reaches the package indexes here must reach them in a build.
    shutil.copy(CERTIFICATES, root / CERTIFICATES.relative_to("/"))
    shutil.rmtree(root / "etc/apt")
    shutil.copytree("/etc/apt", root / "etc/apt")
    archive = deployment.folder / "root.tar"
    deployment.run("tar", "-C", str(root), "-cf", str(archive), ".")
    shutil.rmtree(root)
    variables = f"ENV SSL_CERT_FILE={CERTIFICATES} PIP_CERT={CERTIFICATES}"
    deployment.run("docker", "import", "--change", variables, str(archive), BASE)
    archive.unlink()


def _build(deployment: Deployment) -> None:
    """Build the images, as Compose v2 does: what does not need each other at once."""
    deployment.compose(
        *("build", "--parallel", *BUILT),
        DOCKER_BUILDKIT="1",
        COMPOSE_DOCKER_CLI_BUILD="1",
    )


def _write_compose_file(deployment: Deployment) -> None:
    compose = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    for service in compose["services"].values():
        service["build"]["context"] = str(CHECKOUT)
        service["volumes"] = [
            volume.replace("./deploy", str(CHECKOUT / "deploy"))
            for volume in service.get("volumes", [])
        ]
    changed = for_host_network(compose, deployment.ports)
    (deployment.folder / "docker-compose.yml").write_text(yaml.safe_dump(changed))
    (deployment.folder / ".env").write_text(
        f"RASURE_HOSTNAME={HOST}\n"
        f"RASURE_SECRETS_FOLDER={deployment.folder / 'secrets'}\n"
        "RASURE_VERSION=test\n"
        "COMPOSE_PROFILES=reports\n"
        f"RASURE_SETTINGS_FILE={deployment.folder / 'settings.toml'}\n"
    )
    section = {
        "smtp_host": "127.0.0.1",
        "smtp_port": deployment.ports["mail"],
        "smtp_security": "none",
        "sender": "rasure@force.example",
        "operator": "data.team@force.example",
        "recipients": dict.fromkeys(reports.names(), RECIPIENTS),
    }
    settings = deployment.folder / "settings.toml"
    settings.write_text(tomli_w.dumps({"reports": section}))
