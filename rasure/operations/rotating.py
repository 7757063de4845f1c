"""Replace passwords and keys of a home by new ones, with all that depends on them.

A rotation stops the services, because they hold the old ones, and starts again those
that ran. Whatever ends it on the way, `secrets.toml` opens what is there, or the same
command finishes what was begun:

- A role's password is written first. Until all roles have theirs, the cluster counts as
  not set up, and the next `rasure up` gives each role the password that is written.
- The superuser's new password is written beside the old one until the server has it.
- Airflow and Superset decrypt by the new key and by the old one until everything is
  encrypted by the new one.
"""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Callable

import psycopg
import tomli_w
from psycopg import sql

from rasure.database import connect
from rasure.errors import RasureError, SetupError
from rasure.operations.errors import RotationFailed, RotationRefused
from rasure.operations.upgrading import work_in_progress
from rasure.runtime import airflow, superset, supervisor
from rasure.runtime import up as services
from rasure.runtime.cluster import Cluster, make_role
from rasure.runtime.environment import callers_environment
from rasure.runtime.home import READERS, write_private
from rasure.runtime.secret_files import DATABASE_ROLES, new_secrets
from rasure.runtime.services import GROUPS, private_cluster_of
from rasure.runtime.warehouse import OWNERS, set_passwords
from rasure.settings import Settings

ALL = "all"
SUPERUSER = "postgres"
NEXT = "postgres_next"  # the superuser's new password while the server is given it
BEFORE = "previous_secret_key"  # Superset's while values are still encrypted by it
SIGNING = ("jwt_secret", "secret_key")  # of Airflow: they sign, and encrypt nothing
ROLES = tuple(f"postgres_{role}" for role in DATABASE_ROLES)
FERNET, SUPERSET_KEY = "airflow_fernet_key", "superset_secret_key"
NAMES = (*ROLES, FERNET, *(f"airflow_{key}" for key in SIGNING), SUPERSET_KEY)

Say = Callable[[str], None]


def rotate(names: list[str], say: Say) -> None:
    """Rotate the secrets with these names, every one of `NAMES` for `all`.

    Raises `RotationRefused` with nothing changed, and `RotationFailed`.
    """
    settings = Settings.load()
    names = _checked(settings, names)
    running = _running(settings)
    if "postgres" in running:
        _check_nothing_works()
    services.down(say)
    try:
        if NEXT in settings.secrets["postgres"]:
            finish_superuser(settings, say)
        services.up(("postgres",), say)
        _rotate_all(names, say)
        if other := [group for group in running if group != "postgres"]:
            services.up(tuple(other), say)
    except (RasureError, psycopg.Error) as error:
        raise RotationFailed(
            f"The rotation stopped: {error}\nMend it and run the same command again; "
            "it finishes what was begun."
        ) from error
    if not running:
        services.down(say)
    say(
        f"{len(names)} secrets have been rotated. Take a backup now: an older one "
        "holds the old ones."
    )


def _rotate_all(names: list[str], say: Say) -> None:
    """Rotate while only the database runs."""
    settings = Settings.load()
    cluster = private_cluster_of(settings, settings.stored["ports"]["postgres"])
    roles = [name.removeprefix("postgres_") for name in names if name in ROLES]
    rotate_roles(cluster, [role for role in roles if role != SUPERUSER], say)
    if SUPERUSER in roles:
        rotate_superuser(cluster, say)
    cluster.password = Settings.load().secrets["postgres"][SUPERUSER]
    if FERNET in names:
        rotate_fernet_key(cluster, say)
    if SUPERSET_KEY in names:
        rotate_superset_key(cluster, say)
    for key in SIGNING:
        if f"airflow_{key}" in names:
            _store("airflow", {key: new_secrets()["airflow"][key]})
            say(f"airflow_{key} is new")
    if set(roles) & set(READERS) and _has_table(cluster, "superset", "dbs"):
        say("giving Superset the readers' new passwords")
        superset.synchronise(warm=False)


def rotate_roles(cluster: Cluster, roles: list[str], say: Say) -> None:
    """Give each of these roles of the database a new password."""
    if not roles:
        return
    new = new_secrets()["postgres"]
    with cluster.admin() as connection:
        ((done,),) = connection.execute(
            "select shobj_description(oid, 'pg_authid') from pg_roles "
            "where rolname = 'rasure'"
        ).fetchall()
        connection.execute("comment on role rasure is null")
        _store("postgres", {role: new[role] for role in roles})
        set_passwords(cluster, Settings.load())
        connection.execute(
            sql.SQL("comment on role rasure is {}").format(sql.Literal(done))
        )
    say(f"new passwords: {', '.join(roles)}")


def rotate_superuser(cluster: Cluster, say: Say) -> None:
    """Give the superuser of the database a new password."""
    new = new_secrets()["postgres"][SUPERUSER]
    _store("postgres", {NEXT: new})
    with cluster.admin() as connection:
        make_role(connection, SUPERUSER, new)
    _store("postgres", {SUPERUSER: new}, drop=NEXT)
    say(f"new password: {SUPERUSER}")


def finish_superuser(settings: Settings, say: Say) -> None:
    """Keep whichever of the superuser's two passwords the server takes.

    The services must be down.
    """
    cluster = private_cluster_of(settings, settings.stored["ports"]["postgres"])
    known = settings.secrets["postgres"]
    cluster.start()
    try:
        for password in (known[NEXT], known[SUPERUSER]):
            cluster.password = password
            try:
                cluster.admin().close()
            except psycopg.OperationalError:
                continue
            _store("postgres", {SUPERUSER: password}, drop=NEXT)
            say("finished what an interrupted rotation left")
            return
    finally:
        cluster.stop()
    raise RotationFailed(
        "The database takes neither of the superuser's passwords in secrets.toml. "
        "Restore the newest backup."
    )


def rotate_fernet_key(cluster: Cluster, say: Say) -> None:
    """Encrypt Airflow's connections and variables by a new key.

    Airflow takes several keys, decrypts by any and encrypts by the first.
    """
    new = new_secrets()["airflow"]["fernet_key"]
    old = Settings.load().secrets["airflow"]["fernet_key"]
    _store("airflow", {"fernet_key": f"{new},{old}"})
    if _has_table(cluster, "airflow", "connection"):
        settings = Settings.load()
        airflow.configure(settings)
        _run(
            [airflow.program(), "rotate-fernet-key"],
            airflow.environment(settings),
            settings,
        )
    _store("airflow", {"fernet_key": new})
    airflow.configure(Settings.load())
    say(f"{FERNET} is new")


def rotate_superset_key(cluster: Cluster, say: Say) -> None:
    """Encrypt the passwords that Superset stores by a new key."""
    before = Settings.load().secrets["superset"]
    if BEFORE not in before:
        new = new_secrets()["superset"]["secret_key"]
        _store("superset", {"secret_key": new, BEFORE: before["secret_key"]})
    if _has_table(cluster, "superset", "dbs"):
        settings = Settings.load()
        _run(
            [
                *(superset.program("python"), "-P"),
                *("-m", "rasure_superset.re_encrypting"),
            ],
            {
                **superset.environment(settings),
                "RASURE_PREVIOUS_SECRET_KEY": settings.secrets["superset"][BEFORE],
            },
            settings,
        )
    _store("superset", {}, drop=BEFORE)
    say(f"{SUPERSET_KEY} is new; everybody logs in to the dashboards again")


def _checked(settings: Settings, names: list[str]) -> list[str]:
    if settings.is_deployment:
        raise RotationRefused(
            "This is a deployment, whose secrets are files: docs/deploy.md says how "
            "each is changed."
        )
    if not (settings.home / "secrets.toml").exists() or "ports" not in settings.stored:
        raise RotationRefused(
            f"Nothing is set up under {settings.home}. `rasure up` sets it up, with "
            "new passwords and keys."
        )
    unknown = [name for name in names if name not in (*NAMES, ALL)]
    if unknown:
        raise RotationRefused(
            f"{unknown[0]} is no secret that this command rotates. There are "
            f"{', '.join(NAMES)}, and {ALL}. An account's password is changed in "
            "Airflow or Superset; the key of backups by `rasure backup key`."
        )
    given = "database_url" in settings.stored
    theirs = [f"postgres_{role}" for role in ("rasure", *READERS)] if given else []
    if refused := [name for name in names if name in theirs]:
        raise RotationRefused(
            f"{refused[0]} is a role of a server of its own. Its operator changes the "
            "password; then run `rasure up` with the new address."
        )
    wanted = NAMES if ALL in names else names
    return [name for name in NAMES if name in wanted and name not in theirs]


def _running(settings: Settings) -> list[str]:
    """The groups of services of which one runs."""
    states = supervisor.states(settings)
    live = {
        name
        for name, process in states.items()
        if process["statename"] in ("RUNNING", "STARTING", "BACKOFF")
    }
    return [group for group, parts in GROUPS.items() if live & set(parts)]


def _check_nothing_works() -> None:
    try:
        connection = connect("rasure secrets rotate", autocommit=True)
    except SetupError:
        return  # it will be said when the database does not come up
    with connection:
        working = work_in_progress(connection)
    if working:
        raise RotationRefused(
            f"`{working}` is at work on the warehouse, and a rotation stops every "
            "service. Nothing was changed. Let it end, and run this again."
        )


def _store(part: str, values: dict[str, str], drop: str = "") -> None:
    """Change `secrets.toml`: set `values` in a part, and take the name `drop` out."""
    settings = Settings.load()
    path = settings.home / "secrets.toml"
    stored = tomllib.loads(path.read_text())
    stored[part] = {
        name: value for name, value in (stored[part] | values).items() if name != drop
    }
    write_private(path, tomli_w.dumps(stored))


def _has_table(cluster: Cluster, database: str, table: str) -> bool:
    """True if a metadata database of this home has been set up."""
    if database not in OWNERS:
        raise ValueError(database)
    with cluster.admin(database) as connection:
        row = connection.execute("select to_regclass(%s)", [f"public.{table}"])
        return row.fetchone() != (None,)


def _run(command: list[str], environment: dict[str, str], settings: Settings) -> None:
    """Run a program of Airflow or Superset; raises `RotationFailed`."""
    log = settings.logs / "rotation.log"
    with log.open("a") as out:
        answer = subprocess.run(
            command,
            env=callers_environment() | environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            umask=0o077,
        )
    if answer.returncode != 0:
        raise RotationFailed(
            f"`{command[-1]}` ended with {answer.returncode}; its log is {log}."
        )
