"""The entry point of every container: check its secrets, write its settings, run it.

    python -m rasure.runtime.containers SERVICE          # run a service
    python -m rasure.runtime.containers health SERVICE   # exit code 0 if it is well
    python -m rasure.runtime.containers …                # any command of `rasure`

The programs, the settings and the set-up are those of a private home
(`rasure.runtime.airflow`, `superset`, `warehouse`); only addresses and secrets differ.
`docker-compose.yml` gives them to a container:

| variable | meaning |
| --- | --- |
| `RASURE_ADDRESSES` | where each service listens: `postgres=database:5432 redis=…` |
| `RASURE_LISTEN` | the address on which a service listens, default `0.0.0.0` |
| `RASURE_SECRETS` | the folder of the secrets, default `/run/secrets` |
| `RASURE_SETTINGS` | a file in the form of a home's `settings.toml`; optional |
| `RASURE_HOSTNAME` | the host name that browsers ask for |
| `RASURE_TASK_PODS` | in Kubernetes: how many tasks run at a time, each in its pod |
| `RASURE_TASK_NAMESPACE` | the namespace of these pods |

In Kubernetes, `deploy/kubernetes/` gives them.

At its top this module imports nothing but the standard library and modules like itself:
the containers of the database, of Redis and of the proxy have no other packages.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rasure.errors import RasureError, SetupError
from rasure.runtime import postgres, secret_files, server_settings
from rasure.settings import CHECKOUT, Settings

AIRFLOW_KEYS = ("airflow_fernet_key", "airflow_jwt_secret", "airflow_secret_key")
AIRFLOW = ("postgres_airflow", *AIRFLOW_KEYS)
READERS = ("postgres_rasure_reader", "postgres_rasure_people_reader")
SUPERSET = ("superset_secret_key", secret_files.REDIS, "postgres_superset", *READERS)
ACCOUNTS = tuple(f"superset_{account}" for account in secret_files.ACCOUNTS)
DATABASE_ROLES = tuple(f"postgres_{role}" for role in secret_files.DATABASE_ROLES)
WHERE = "docker-compose.yml, or in Kubernetes in the config map rasure"
WORKER = "airflow-worker"  # the service whose container may also run a single task

DATA = Path("/var/lib/postgresql/rasure")  # the volume of the database
REDIS_DATA = Path("/var/lib/redis")  # the volume of Redis
REDIS_SETTINGS = Path("/tmp/redis.conf")  # noqa: S108 - a file system of the container
CONNECTIONS = 200  # of the database; a worker's task holds up to ten
HEARTBEAT_SECONDS = 60  # an older heartbeat is that of a service that hangs


@dataclass(frozen=True)
class Service:
    """A container's service: the secrets that it sees, how it runs, how it is well.

    `run` does not return. `is_well` may raise `OSError` or `RasureError`.
    """

    secrets: tuple[str, ...]
    run: Callable[..., None]
    is_well: Callable[[], bool]


def main(arguments: list[str]) -> int:
    """Run a service or a command; returns the exit code of a check or of the set-up."""
    os.environ.setdefault("RASURE_SECRETS", "/run/secrets")
    name = arguments[0] if arguments else ""
    try:
        if name == "health" and len(arguments) == 2:
            return 0 if _is_well(services()[arguments[1]]) else 1
        # Only a worker takes arguments: the task of its pod.
        if name in services() and (len(arguments) == 1 or name == WORKER):
            service = services()[name]
            host = os.environ.get("RASURE_HOSTNAME", "")
            names = (*service.secrets, *_client_secrets(name))
            secret_files.check(secrets_folder(), names, host)
            service.run(*arguments[1:])
            return 0
        os.execvp("rasure", ["rasure", *arguments])  # noqa: S606
    except RasureError as error:
        for sentence in str(error).splitlines():
            print(f"rasure: {name}: {sentence}", file=sys.stderr)
        return error.exit_code


def services() -> dict[str, Service]:
    """Every service of a deployment, by the name that it has in docker-compose.yml."""
    return {
        "database": Service(("postgres_postgres",), _run_database, _database_is_well),
        "redis": Service((secret_files.REDIS,), _run_redis, _redis_is_well),
        "proxy": Service(secret_files.TLS, _run_proxy, _proxy_is_well),
        "init": Service(
            (
                *(*DATABASE_ROLES, *AIRFLOW_KEYS, "airflow_admin", "airflow_viewer"),
                *(*SUPERSET[:2], *ACCOUNTS),
            ),
            _set_up,
            lambda: True,
        ),
        "airflow-api-server": Service(
            AIRFLOW, lambda: _run_airflow("api-server"), _api_server_is_well
        ),
        "airflow-scheduler": Service(
            (*AIRFLOW, secret_files.REDIS),
            lambda: _run_airflow("scheduler"),
            lambda: _has_heartbeat("SchedulerJob"),
        ),
        "airflow-dag-processor": Service(
            AIRFLOW,
            lambda: _run_airflow("dag-processor"),
            lambda: _has_heartbeat("DagProcessorJob"),
        ),
        "airflow-triggerer": Service(
            (*AIRFLOW, "postgres_rasure"),
            lambda: _run_airflow("triggerer"),
            lambda: _has_heartbeat("TriggererJob"),
        ),
        WORKER: Service(
            # It also publishes, which sets up the accounts of the dashboards.
            (*AIRFLOW, "airflow_admin", "postgres_rasure", *SUPERSET, *ACCOUNTS),
            _run_worker,
            _worker_is_well,
        ),
        "superset": Service(SUPERSET, _run_superset, _superset_is_well),
        "reports": Service(
            (*SUPERSET, secret_files.SMTP), _run_reports, _reports_are_well
        ),
    }


def _client_secrets(service: str) -> tuple[str, ...]:
    """The secret that the identity provider gave for a service, if one is set."""
    part = {"superset": "superset", "airflow-api-server": "airflow"}.get(service)
    if part is None or f"{part}_client" not in _settings_of_the_force().get(
        "identity", {}
    ):
        return ()
    return (f"{part}_client_secret",)


def secrets_folder() -> Path:
    """The folder in which this container sees its secrets."""
    return Path(os.environ.get("RASURE_SECRETS") or "/run/secrets")


def addresses() -> dict[str, str]:
    """`host:port` of each service, from `RASURE_ADDRESSES`. Raises `SetupError`."""
    parts = os.environ.get("RASURE_ADDRESSES", "").split()
    pairs = dict(part.partition("=")[::2] for part in parts)
    for name, address in pairs.items():
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise SetupError(
                f"RASURE_ADDRESSES: {name}={address} is not of the form "
                f"service=host:port. Correct it in {WHERE}."
            )
    return pairs


def _port(service: str) -> int:
    try:
        return int(addresses()[service].rpartition(":")[2])
    except KeyError:
        raise SetupError(
            f"RASURE_ADDRESSES does not say where {service} listens. Add it in {WHERE}."
        ) from None


def _listen() -> str:
    return os.environ.get("RASURE_LISTEN") or "0.0.0.0"  # noqa: S104 - of a container


def prepare_home() -> Settings:
    """Write the folders and the settings of this container's home; returns them.

    The settings are those of the force's own file, of the variables and of the
    addresses. Raises `SetupError`.
    """
    from rasure.runtime import home

    settings = Settings.load()
    home.check(settings)
    home.make_folders(settings)
    path = settings.home / "settings.toml"
    path.unlink(missing_ok=True)
    home.store_settings(settings, **_settings_of_the_force(), **_own_settings())
    return Settings.load()


def _settings_of_the_force() -> dict:
    name = os.environ.get("RASURE_SETTINGS")
    if not name:
        return {}
    try:
        return tomllib.loads(Path(name).read_text())
    except (OSError, ValueError) as error:
        raise SetupError(
            f"The settings {name} cannot be read: {error}. Correct the file that "
            "RASURE_SETTINGS_FILE names in .env."
        ) from error


def _own_settings() -> dict:
    settings = {"addresses": addresses(), "listen": _listen()}
    for name, setting in (
        ("RASURE_WORKER_TASKS", "worker_tasks"),
        ("RASURE_WORKER_LOG_PORT", "worker_log_port"),
        ("RASURE_TRIGGER_LOG_PORT", "trigger_log_port"),
        ("RASURE_TASK_PODS", "task_pods"),
    ):
        if text := os.environ.get(name):
            if not text.isdigit():
                raise SetupError(f"{name} is {text!r}; it must be a whole number.")
            settings[setting] = int(text)
    if url := os.environ.get("RASURE_AIRFLOW_URL"):
        settings["airflow_url"] = url
    if "task_pods" in settings:
        settings["task_namespace"] = _task_namespace(settings["task_pods"])
    return settings


def _task_namespace(pods: int) -> str:
    namespace = os.environ.get("RASURE_TASK_NAMESPACE")
    if pods < 1 or not namespace:
        raise SetupError(
            f"RASURE_TASK_PODS is {pods} and RASURE_TASK_NAMESPACE is "
            f"{namespace or 'not set'}. The first must be 1 or more, and the second "
            "the namespace of Kubernetes in which tasks run; set both in "
            "deploy/kubernetes/airflow.yaml."
        )
    return namespace


# The services that Rasure only starts


def _run_database() -> None:
    folder = DATA / "data"
    installation = postgres.find()
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)  # of an initdb that was killed
        subprocess.run(
            [
                installation.program("initdb"),
                *("-D", str(folder), *server_settings.INITDB_OPTIONS),
                f"--pwfile={secrets_folder() / 'postgres_postgres'}",
            ],
            check=True,
        )
        (folder / "complete").touch()
    memory = server_settings.bytes_of(os.environ.get("RASURE_DATABASE_MEMORY", "4g"))
    options = {
        **server_settings.ALWAYS,
        **server_settings.tuning(memory),
        "listen_addresses": _listen(),
        "port": str(_port("postgres")),
        "unix_socket_directories": "",
        "hba_file": str(CHECKOUT / "deploy" / "pg_hba.conf"),
        "max_connections": str(CONNECTIONS),
        "wal_level": "replica",  # so that it can have a replica and a backup
        # A host that lost its power or its network closes no connection. Its locks go
        # after a minute and a half, not after the two hours that systems wait.
        "tcp_keepalives_idle": "60",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
    }
    _replace_by(
        [
            installation.program("postgres"),
            *("-D", str(folder)),
            *(f"--{name}={value}" for name, value in options.items()),
        ]
    )


def _database_is_well() -> bool:
    """True if the server lets the superuser write and PostGIS is there."""
    question = (
        "select not pg_is_in_recovery() and exists (select from "
        "pg_available_extensions where name = 'postgis')"
    )
    password = (secrets_folder() / "postgres_postgres").read_text().strip()
    answer = subprocess.run(
        [
            *(postgres.find().program("psql"), "-h", "127.0.0.1"),
            *("-p", str(_port("postgres")), "-U", "postgres", "-tAc", question),
        ],
        env={**os.environ, "PGPASSWORD": password},
        capture_output=True,
        text=True,
        timeout=20,
    )
    return answer.stdout.strip() == "t"


def _run_redis() -> None:
    password = (secrets_folder() / secret_files.REDIS).read_text().strip()
    memory = server_settings.bytes_of(os.environ.get("RASURE_REDIS_MEMORY", "512m"))
    lines = {
        "bind": _listen(),
        "port": _port("redis"),
        "requirepass": password,
        "dir": REDIS_DATA,
        # What waits for a worker outlives a restart.
        "appendonly": "yes",
        # Of a full memory, cached answers go; tasks never do, for they do not expire.
        "maxmemory": memory * 3 // 4,
        "maxmemory-policy": "volatile-lru",
    }
    REDIS_SETTINGS.touch(mode=0o600)
    REDIS_SETTINGS.write_text(
        "".join(f"{name} {value}\n" for name, value in lines.items())
    )
    _replace_by(["redis-server", str(REDIS_SETTINGS)])


def _redis_is_well() -> bool:
    """True if Redis takes a value and gives it back."""
    password = (secrets_folder() / secret_files.REDIS).read_text().strip()
    with socket.create_connection(("127.0.0.1", _port("redis")), timeout=10) as line:
        file = line.makefile("rwb")
        for command in (
            ("AUTH", password),
            ("SET", "rasure-health", "well", "EX", "60"),
            ("GET", "rasure-health"),
        ):
            file.write(f"*{len(command)}\r\n".encode())
            for word in command:
                file.write(f"${len(word)}\r\n{word}\r\n".encode())
        file.flush()
        answers = [file.readline().strip() for _ in range(4)]
    return answers == [b"+OK", b"+OK", b"$4", b"well"]


def _run_proxy() -> None:
    places = {
        f"RASURE_{name.upper()}_ADDRESS": address
        for name, address in addresses().items()
    }
    ports = {
        f"RASURE_{name.upper()}_PORT": str(_port(name))
        for name in ("superset_proxy", "airflow_proxy")
    }
    _replace_by(
        [
            *("caddy", "run", "--adapter", "caddyfile"),
            *("--config", str(CHECKOUT / "deploy" / "Caddyfile")),
        ],
        RASURE_LISTEN=_listen(),
        RASURE_SECRETS=str(secrets_folder()),
        XDG_DATA_HOME="/tmp/caddy",  # noqa: S108 - a file system of the container
        XDG_CONFIG_HOME="/tmp/caddy",  # noqa: S108
        **places,
        **ports,
    )


def _proxy_is_well() -> bool:
    """True if Superset answers through the proxy, over TLS, by the host's own name."""
    name = os.environ["RASURE_HOSTNAME"]
    certificate = secrets_folder() / secret_files.CERTIFICATE
    context = ssl.create_default_context(cadata=certificate.read_text())
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    port = _port("superset_proxy")
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as line,
        context.wrap_socket(line, server_hostname=name) as secure,
    ):
        request = f"GET /health HTTP/1.1\r\nHost: {name}:{port}\r\n\r\n"
        secure.sendall(request.encode())
        answer = http.client.HTTPResponse(secure)
        answer.begin()
        return answer.status == 200


# The services of the application


def _set_up() -> None:
    """Make or upgrade roles, databases, schema, and the metadata of both applications.

    It may be run again at any time; what is there is left alone. The roles of the
    database get the passwords that the secrets have now.
    """
    from rasure.runtime import airflow, superset, warehouse
    from rasure.runtime.steps import run_missing

    settings = prepare_home()
    airflow.configure(settings)
    server = DeploymentServer(settings)
    warehouse.set_passwords(server, settings)
    warehouse.prepare_cluster(server, settings)
    warehouse.prepare_schema(settings, _say)
    steps = {
        "airflow": airflow.setup_steps(settings),
        "superset": superset.setup_steps(settings),
    }
    with (
        (settings.home / "run" / "lock").open("w") as lock,
        ThreadPoolExecutor() as pool,
    ):

        def set_up(name: str) -> None:
            log = settings.logs / f"{name}-setup.log"
            try:
                url = settings.role_url(name, name)
                run_missing(url, steps[name], log, _say, lock.fileno())
            except SetupError:
                with contextlib.suppress(OSError):
                    print(log.read_text()[-4000:], file=sys.stderr)
                raise

        list(pool.map(set_up, steps))
    _say("the databases of the warehouse, of Airflow and of Superset are set up")


@dataclass(frozen=True)
class DeploymentServer:
    """The deployment's PostgreSQL server, as `rasure.runtime.warehouse` sets it up."""

    settings: Settings

    def admin(self, database: str = "postgres"):
        """A connection of the superuser, in autocommit mode. Raises `SetupError`."""
        import psycopg

        try:
            return psycopg.connect(
                self.settings.role_url("postgres", database),
                autocommit=True,
                connect_timeout=10,
            )
        except psycopg.OperationalError as error:
            raise SetupError(
                f"The database at {self.settings.address('postgres')} does not answer "
                "or refuses the password postgres_postgres: "
                f"{str(error).strip().splitlines()[-1]}"
            ) from error


def _say(sentence: str) -> None:
    print(f"rasure: {sentence}", flush=True)


def _run_airflow(*arguments: str) -> None:
    from rasure.runtime import airflow, identity

    settings = prepare_home()
    if arguments == ("api-server",):
        identity.check(settings, "airflow")
    _replace_by([airflow.program(), *arguments], base=_airflow_environment(settings))


def _run_worker(*task: str) -> None:
    """Run a worker of Celery or, in a pod of Kubernetes, the one task of the pod.

    `task` is what Airflow's KubernetesExecutor gives a pod: `python -m MODULE …`.
    """
    if not task:
        _run_airflow("celery", "worker")
        return
    if task[:2] != ("python", "-m"):
        raise SetupError(
            f"The pod of a task was started with {' '.join(task[:2])!r}, and it runs "
            "nothing but the `python -m` of Airflow's KubernetesExecutor."
        )
    command = [sys.executable, "-P", *task[1:]]
    _replace_by(command, base=_airflow_environment(prepare_home()))


def _airflow_environment(settings: Settings) -> dict[str, str]:
    """Write `airflow.cfg`; returns the environment of a process of Airflow."""
    from rasure.runtime import airflow
    from rasure.runtime.environment import callers_environment

    airflow.configure(settings)
    return callers_environment() | airflow.environment(settings)


def _api_server_is_well() -> bool:
    """True if the API server answers and reaches its metadata."""
    answer = _get("airflow", "/api/v2/monitor/health")
    return b'"metadatabase":{"status":"healthy"}' in answer.replace(b" ", b"")


def _has_heartbeat(kind: str) -> bool:
    """True if this container's job of Airflow wrote to the metadata a short time ago.

    A scheduler, DAG processor or triggerer writes after each round of its own work.
    """
    import psycopg

    settings = Settings.load()
    with psycopg.connect(
        settings.role_url("airflow", "airflow"), connect_timeout=10
    ) as connection:
        (is_new,) = connection.execute(
            "select coalesce(max(latest_heartbeat) > now() - %s * interval '1 second',"
            " false) from job where job_type = %s and hostname = %s"
            " and state = 'running'",
            (HEARTBEAT_SECONDS, kind, socket.gethostname()),
        ).fetchone()
    return is_new


def _worker_is_well() -> bool:
    """True if this container's worker answers a question that goes through Redis."""
    from celery import Celery

    app = Celery(broker=Settings.load().redis_url(0))
    name = f"celery@{socket.gethostname()}"
    return bool(app.control.ping(destination=[name], timeout=10))


def _run_superset() -> None:
    from rasure.runtime import identity, superset
    from rasure.runtime.environment import callers_environment

    settings = prepare_home()
    identity.check(settings, "superset")
    port = int(settings.address("superset").rpartition(":")[2])
    _replace_by(
        superset.server_command(port, settings.listen),
        base=callers_environment() | superset.environment(settings),
    )


def _run_reports() -> None:
    from rasure.runtime import reports, superset
    from rasure.runtime.environment import callers_environment

    settings = prepare_home()
    if not reports.are_on(settings):
        raise SetupError(
            "The settings have no section [reports], so there is nothing to send. Add "
            "it to the file that RASURE_SETTINGS_FILE names (docs/operate.md)."
        )
    _replace_by(
        superset.reports_command(),
        base=callers_environment() | superset.environment(settings),
        **reports.sending_environment(settings),
    )


def _reports_are_well() -> bool:
    """True if the service that sends reports gave a sign of life a short time ago."""
    from rasure.runtime import reports

    return reports.are_well(Settings.load())


def _superset_is_well() -> bool:
    """True if Superset draws its log-in page, for which it reads its metadata."""
    return b"csrf_token" in _get("superset", "/login/")


def _get(service: str, path: str) -> bytes:
    """The body of this container's answer; empty unless its status is 200."""
    connection = http.client.HTTPConnection("127.0.0.1", _port(service), timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        return answer.read() if answer.status == 200 else b""


def _replace_by(
    command: list[str], base: dict[str, str] | None = None, **variables: str
) -> None:
    """Become the program: its signals and its end are those of the container."""
    sys.stdout.flush()
    environment = {**(os.environ if base is None else base), **variables}
    os.execvpe(command[0], command, environment)  # noqa: S606


def _is_well(service: Service) -> bool:
    try:
        return service.is_well()
    except RasureError:
        raise
    except Exception as error:
        print(f"not well: {type(error).__name__}", file=sys.stderr)
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
