"""The faults of backups, restoring and upgrades that an operator can correct."""

from __future__ import annotations

from rasure.errors import SetupError


class BackupFailed(SetupError):
    """No backup was made; what was begun of it has been removed."""


class BackupBusy(SetupError):
    """Another process works on the folder of backups."""


class BackupUnreadable(SetupError):
    """The folder is no backup, or a file of it is damaged or missing."""


class KeyRefused(SetupError):
    """The key cannot be read, is not of the right form, or does not fit the backup."""


class RestoreFailed(SetupError):
    """Nothing was restored; what was begun of it has been removed."""


class UpgradeRefused(SetupError):
    """The upgrade was not begun."""


class UpgradeFailed(SetupError):
    """The upgrade stopped after its backup was taken."""


class RotationRefused(SetupError):
    """No secret was rotated."""


class RotationFailed(SetupError):
    """A rotation stopped; the same command finishes it."""
