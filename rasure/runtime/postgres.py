"""Find the machine's PostgreSQL and run its programs as the right user.

PostgreSQL refuses to run as root. When the caller is root, its programs therefore run
as the operating system's `postgres` user (which the Debian package creates), otherwise
as the caller. Nothing here touches the cluster that the distribution itself runs.
"""

from __future__ import annotations

import os
import pwd
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from rasure.errors import SetupError

OLDEST = 15
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")


@dataclass(frozen=True)
class Installation:
    """The programs of one PostgreSQL major version."""

    version: int
    folder: Path

    def program(self, name: str) -> str:
        """The full path of `initdb`, `postgres`, `pg_ctl`, …"""
        return str(self.folder / name)


def find(version: int | None = None) -> Installation:
    """The newest PostgreSQL with PostGIS, or exactly `version` when that is given.

    `RASURE_POSTGRES_BIN` names a folder to use instead of the usual ones. Raises
    `SetupError` when there is none.
    """
    setting = os.environ.get("RASURE_POSTGRES_BIN")
    folders = [Path(setting)] if setting else _folders()
    installations = [Installation(_version(folder), folder) for folder in folders]
    new_enough = [one for one in installations if one.version >= OLDEST]
    if version is not None:
        new_enough = [one for one in new_enough if one.version == version]
        if not new_enough:
            raise SetupError(
                f"This home's database was made by PostgreSQL {version}, which is not "
                f"installed any more. Install postgresql-{version} and its PostGIS."
            )
    if not new_enough:
        raise SetupError(
            f"PostgreSQL {OLDEST} or newer is not installed. Run scripts/install, or "
            "install the packages postgresql and postgresql-<version>-postgis-3."
        )
    with_postgis = [one for one in new_enough if _has_postgis(one)]
    if not with_postgis:
        newest = max(one.version for one in new_enough)
        raise SetupError(
            f"PostgreSQL {newest} is installed but PostGIS is not. Run "
            f"scripts/install, or install the package postgresql-{newest}-postgis-3."
        )
    return max(with_postgis, key=lambda one: one.version)


def _folders() -> list[Path]:
    root = Path("/")
    usual = [path for place in PLACES for path in root.glob(place[1:])]
    return [folder for folder in usual if (folder / "initdb").exists()]


def _version(folder: Path) -> int:
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True
        ).stdout
    except OSError:
        return 0
    match = re.search(r"\) (\d+)", answer)
    return int(match[1]) if match else 0


def _has_postgis(installation: Installation) -> bool:
    control = "extension/postgis.control"
    shares = [
        Path(f"/usr/share/postgresql/{installation.version}"),
        installation.folder.parent / "share",
        installation.folder.parent / "share/postgresql",
    ]
    return any((share / control).exists() for share in shares)


def operating_user() -> str | None:
    """The user that the server runs as: `postgres` for root, None for the caller."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise SetupError(
            "Rasure was started as root, as which PostgreSQL refuses to run, and this "
            "machine has no user called postgres. Run scripts/install, or start "
            "Rasure as another user."
        ) from None


def run(command: list, **options) -> subprocess.CompletedProcess:
    """Run a PostgreSQL program as the server's user; its output is captured as text."""
    user = operating_user()
    identity = {"user": user, "group": user, "extra_groups": []} if user else {}
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PG")
    }
    return subprocess.run(
        [str(part) for part in command],
        cwd="/",
        env=environment | {"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        **identity,
        **options,
    )


def make_folder(folder: Path) -> None:
    """Make `folder`, owned by the server's user and closed to all others."""
    folder.mkdir(parents=True, exist_ok=True)
    user = operating_user()
    if user:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    folder.chmod(0o700)


def unreachable(folder: Path) -> Path | None:
    """The first folder on the way to `folder` that the server's user may not enter."""
    if operating_user() is None:
        return None
    existing = [part for part in (*reversed(folder.parents), folder) if part.exists()]
    if run(["test", "-x", existing[-1]]).returncode == 0:
        return None
    return next(part for part in existing if run(["test", "-x", part]).returncode != 0)
