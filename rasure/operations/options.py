"""The section `[backup]` of a home's `settings.toml`.

directory      the folder of the backups, best on another machine's disk
recipient      the public key to which they are encrypted, `age1…`
keep           how many backups stay; older ones are deleted after a new one is made
id             names the home's backups and its log, where several share a folder
online         true: a backup can be taken while the services run
point_in_time  true: the log is kept too, so that any minute can be restored
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rasure.errors import SetupError
from rasure.settings import Settings

KEEP = 7


@dataclass(frozen=True)
class BackupOptions:
    """How a home is backed up."""

    directory: Path | None
    recipient: str | None
    keep: int
    point_in_time: bool
    home_id: str


def backup_options(settings: Settings) -> BackupOptions:
    """The options of a home; raises `SetupError` for one that is no option or value."""
    stored = settings.stored.get("backup", {})
    keep = stored.get("keep", KEEP)
    if type(keep) is not int or keep < 1:
        raise SetupError("`keep` in [backup] of settings.toml is 1 or a larger number.")
    directory = stored.get("directory")
    return BackupOptions(
        directory=Path(directory) if directory else None,
        recipient=stored.get("recipient"),
        keep=keep,
        point_in_time=bool(stored.get("point_in_time")),
        home_id=stored.get("id", "home"),
    )
