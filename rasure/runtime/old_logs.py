"""Delete the logs of services, tasks and dbt that nobody has written for long."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime, timedelta
from pathlib import Path


def delete_old(logs: Path, keep_days: int, now: datetime) -> int:
    """Delete the files under `logs` that were last written `keep_days` ago or earlier.

    Logs that services hold open, and links, stay. Folders that are left empty go.
    Returns the number of files.
    """
    oldest = (now - timedelta(days=keep_days)).timestamp()
    deleted = 0
    for folder, _, names in os.walk(logs, topdown=False):
        for name in names:
            path = Path(folder) / name
            is_open = path.parent == logs and path.suffix == ".log"
            with contextlib.suppress(FileNotFoundError):
                if not is_open and _is_old(path, oldest):
                    path.unlink()
                    deleted += 1
        if Path(folder).parent != logs and Path(folder) != logs:
            with contextlib.suppress(OSError):  # it is not empty
                if _is_old(Path(folder), oldest):
                    Path(folder).rmdir()
    return deleted


def _is_old(path: Path, oldest: float) -> bool:
    return not path.is_symlink() and path.stat().st_mtime <= oldest
