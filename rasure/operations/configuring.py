"""Set how a home is backed up: its key, the folder, how many, from when on."""

from __future__ import annotations

import secrets
from pathlib import Path

from rasure.operations.encryption import make_key
from rasure.operations.errors import BackupFailed, KeyRefused
from rasure.operations.options import backup_options
from rasure.runtime.home import store_settings
from rasure.settings import Settings


def new_key(out: Path) -> str:
    """Make a pair of keys: the secret one in the file `out`, the public one in the
    settings; returns a sentence for the operator.

    Raises `KeyRefused`, also for a file in the home: it would be lost with it.
    """
    settings = Settings.load()
    out = out.expanduser().resolve()
    if settings.home in out.parents:
        raise KeyRefused(
            "A key that lies in the home is lost with it, and reads its backups to "
            "whoever has the home. Name a file elsewhere."
        )
    public = make_key(out)
    settings.home.mkdir(parents=True, exist_ok=True)
    _store(settings, recipient=public)
    return (
        f"The secret key is in {out}. Keep it on another machine, and a second copy in "
        "a safe: without it no backup can be restored. New backups are encrypted to "
        f"{public}; older ones need the key of their time."
    )


def configure(
    directory: Path | None,
    keep: int | None,
    online: bool | None,
    point_in_time: bool | None,
) -> str:
    """Store the options that are not None; returns a sentence for the operator."""
    settings = Settings.load()
    before = settings.stored.get("backup", {})
    changed: dict = {}
    if directory is not None:
        changed["directory"] = str(directory.expanduser().resolve())
    if keep is not None:
        changed["keep"] = keep
    if online is not None:
        changed["online"] = online
    if point_in_time is not None:
        changed["point_in_time"] = point_in_time
    after = before | changed
    if after.get("point_in_time") and not (
        after.get("directory") and after.get("recipient")
    ):
        raise BackupFailed(
            "To keep the log, this home needs a folder (--to DIR) and a key "
            "(`rasure backup key --out FILE`) first."
        )
    settings.home.mkdir(parents=True, exist_ok=True)
    _store(settings, **changed)
    restart = any(
        before.get(name, False) != after.get(name, False)
        for name in ("online", "point_in_time")
    )
    needs = (
        " Run `rasure down` and `rasure up`; it holds from then on." if restart else ""
    )
    warning = ""
    if after.get("directory") and settings.home in Path(after["directory"]).parents:
        warning = " The folder is in the home and will be lost with it: choose another."
    return f"The settings of backups are kept.{needs}{warning}"


def folder_of_backups(given: Path | None) -> Path:
    """The folder of the backups: the given one, else that of the settings."""
    directory = given or backup_options(Settings.load()).directory
    if directory is None:
        raise BackupFailed("Name the folder of the backups with --to.")
    return directory.expanduser().resolve()


def _store(settings: Settings, **changed) -> None:
    before = {"id": secrets.token_hex(4), **settings.stored.get("backup", {})}
    store_settings(settings, backup=before | changed)
