"""The trigger behind the assets `rasure://landing/<source>`.

Airflow's own file triggers wait for one named file and delete it, so that an event
lost with a killed triggerer is lost for good. This trigger announces every flag of a
folder once and leaves it there: landing removes the flag, and after a restart the flags
that are still there are announced again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from rasure.runtime.inbox import READY


class DeliveryArrived(BaseEventTrigger):
    """Fires whenever new `.ready` flags are in `folder`, with their names."""

    def __init__(self, folder: str, seconds: float = 0.5) -> None:
        super().__init__()
        self.folder = folder
        self.seconds = seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and its arguments, as Airflow stores them."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"folder": self.folder, "seconds": self.seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look at the folder every `seconds`."""
        announced: set[tuple[str, int]] = set()
        while True:
            flags = await asyncio.to_thread(self._flags)
            if flags - announced:
                yield TriggerEvent({"flags": sorted(name for name, _ in flags)})
            announced = flags
            await asyncio.sleep(self.seconds)

    def _flags(self) -> set[tuple[str, int]]:
        flags = set()
        for path in Path(self.folder).glob(f"*{READY}"):
            try:
                flags.add((path.name, path.stat().st_mtime_ns))
            except FileNotFoundError:
                continue  # landed between the two calls
        return flags
