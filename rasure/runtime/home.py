"""The private home: its folders, its ports and its passwords.

Everything that Rasure writes is under one folder. `settings.toml` holds the chosen
ports; `secrets.toml`, which only the owner may read, holds the generated passwords.
Passwords and settings are added to these files, never removed.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tomllib
from pathlib import Path

import tomli_w

from rasure.errors import SetupError
from rasure.runtime import postgres
from rasure.runtime.ports import Reservations
from rasure.runtime.secret_files import new_secrets
from rasure.settings import Settings
from rasure.sources import NAMES

USUAL_PORTS = {"postgres": 55432, "airflow": 8080, "superset": 8088}
FOLDERS = ("airflow", "data_docs", "dbt", "gx", "landing", "logs", "manifests", "run")
FOLDERS += ("simulate", "superset", "work")
READERS = ("rasure_reader", "rasure_people_reader")  # see rasure.transform.access
NEEDED_GIB = 2
LONGEST_PATH = 600  # PostgreSQL and Airflow append some 300 bytes of their own
ELSEWHERE = Path("/var/lib/rasure")


def check(settings: Settings) -> None:
    """Raise `SetupError` if the home's path, disk space or permissions do not do."""
    home = settings.home
    if len(os.fsencode(home)) > LONGEST_PATH:
        raise SetupError(
            f"The home's path has {len(os.fsencode(home))} bytes, more than the "
            f"{LONGEST_PATH} that its services can use: {home}. Set RASURE_HOME to a "
            "shorter path."
        )
    odd = [sign for sign in "\"';#%\n\r\t" if sign in str(home)]
    if odd:
        raise SetupError(
            f"The home's path has the character {odd[0]!r}, which its process manager "
            f"cannot read: {home}. Set RASURE_HOME to a plainer path."
        )
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / ".writable").touch()
        (home / ".writable").unlink()
    except OSError as error:
        raise SetupError(
            f"The home {home} cannot be written ({error.strerror}). Set RASURE_HOME "
            "to a folder of your own with space in it."
        ) from error
    free = shutil.disk_usage(home).free / 2**30
    if free < NEEDED_GIB:
        raise SetupError(
            f"The disk that holds {home} has {free:.1f} GiB left and Rasure needs "
            f"{NEEDED_GIB} GiB. Free some, or set RASURE_HOME to another disk."
        )


def prepare(settings: Settings) -> None:
    """Make the folders and the passwords; a second call changes nothing."""
    # The database's user must be able to enter the home; nobody may list it.
    settings.home.chmod(0o711 if postgres.operating_user() else 0o700)
    make_folders(settings)
    for folder in FOLDERS:
        (settings.home / folder).chmod(0o700)
    if not (settings.home / "secrets.toml").exists():
        if (settings.home / "postgres").exists():
            raise SetupError(
                f"{settings.home} holds a database but its passwords, secrets.toml, "
                "are gone. Put the file back from a copy, or remove the whole folder "
                "to start again."
            )
        write_private(settings.home / "secrets.toml", tomli_w.dumps(new_secrets()))
        return
    stored = tomllib.loads((settings.home / "secrets.toml").read_text())
    complete = {part: new | stored.get(part, {}) for part, new in new_secrets().items()}
    if stored | complete != stored:  # an older home lacks the newer secrets
        write_private(settings.home / "secrets.toml", tomli_w.dumps(stored | complete))


def make_folders(settings: Settings) -> None:
    """Make the folders of a home; several processes may do so at once.

    Raises `SetupError`.
    """
    folders = [settings.home / folder for folder in FOLDERS]
    for folder in (*folders, *(settings.landing / source for source in NAMES)):
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise SetupError(
                f"The folder {folder} cannot be made ({error.strerror}). Let the user "
                f"with the number {os.geteuid()} write to {folder.parent}."
            ) from error


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, atomically."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


STORED_VARIABLES = {
    "RASURE_DATABASE_URL": "database_url",
    "RASURE_READER_URL": "reader_url",
    "RASURE_PEOPLE_READER_URL": "people_reader_url",
    "RASURE_READER_ADDRESS": "reader_address",
    "RASURE_TILE_URL": "tile_url",
    "RASURE_PROTECTIVE_MARKING": "protective_marking",
    "RASURE_SUPERSET_HTTPS": "superset_https",
    "RASURE_SUPERSET_IDLE_MINUTES": "superset_idle_minutes",
}


def store_settings(settings: Settings, **values) -> None:
    """Add `values` and the `STORED_VARIABLES` that are set to `settings.toml`."""
    path = settings.home / "settings.toml"
    stored = tomllib.loads(path.read_text()) if path.exists() else {}
    from_environment = {
        setting: os.environ[name]
        for name, setting in STORED_VARIABLES.items()
        if os.environ.get(name)
    }
    changed = stored | from_environment | values
    if changed != stored:
        write_private(path, tomli_w.dumps(changed))


def choose_ports(
    settings: Settings, running: set[str], reserved: Reservations
) -> tuple[dict, list[str]]:
    """The port of each service, and a sentence for each service whose port changed.

    A service in `running` keeps its port. Any other gets its stored or usual port if
    that is free, otherwise one that the operating system chooses; this port is added to
    `reserved`, which holds it until the service listens.
    """
    stored_ports = settings.stored.get("ports", {})
    ports, sentences = {}, []
    for service, usual in USUAL_PORTS.items():
        preferred = stored_ports.get(service, usual)
        if service in running or reserved.take(preferred):
            ports[service] = preferred
            continue
        ports[service] = reserved.take_any(usual)
        sentences.append(
            f"Port {preferred} is in use; {service} listens on {ports[service]} "
            "instead."
        )
    store_settings(settings, ports=ports)
    return ports, sentences


def database_folder(settings: Settings) -> Path:
    """The data folder of the cluster.

    It is in the home if the server's user can reach it there. Otherwise (the home is
    below a folder that only root may enter) it is in /var/lib/rasure, and the home
    holds a link to it.
    """
    link = settings.home / "postgres"
    if link.is_symlink():
        target = Path(os.readlink(link))
        return target / "data"
    link.mkdir(exist_ok=True)
    link.chmod(0o711)
    obstacle = postgres.unreachable(link)
    if obstacle is None:
        return link / "data"
    target = ELSEWHERE / secrets.token_hex(8)
    try:
        target.mkdir(parents=True)
        for folder in (ELSEWHERE, target):
            folder.chmod(0o711)
    except OSError as error:
        raise SetupError(
            f"The database runs as the user {postgres.operating_user()}, who may not "
            f"enter {obstacle}, and {ELSEWHERE} cannot be written ({error.strerror}). "
            "Set RASURE_HOME to a folder that every user can reach."
        ) from error
    link.rmdir()
    link.symlink_to(target)
    return target / "data"
