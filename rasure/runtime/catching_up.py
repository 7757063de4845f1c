"""The trigger behind the assets `rasure://waiting/<part>`: it starts a part of the line
that is behind and that nobody has tried.

Airflow drops the events of assets that come while a DAG is paused, and takes the
watcher of a paused DAG away. Once the DAG is unpaused, the watcher is back within half
a minute and asks the warehouse. It announces what is due again and again until a run
has begun, so that no event can be lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

log = logging.getLogger(__name__)


class PartDue(BaseEventTrigger):
    """Fires while `part` of the line is due.

    It asks every `seconds`, and waits for `patience` seconds after it has fired: a run
    takes some of them to begin.
    """

    def __init__(self, part: str, seconds: float = 5, patience: float = 60) -> None:
        super().__init__()
        self.part = part
        self.seconds = seconds
        self.patience = patience

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and its arguments, as Airflow stores them."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        arguments = {"seconds": self.seconds, "patience": self.patience}
        return path, {"part": self.part, **arguments}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Ask the warehouse, again and again."""
        while True:
            if await asyncio.to_thread(self._is_due):
                yield TriggerEvent({"part": self.part})
                await asyncio.sleep(self.patience)
            await asyncio.sleep(self.seconds)

    def _is_due(self) -> bool:
        from rasure.database import connect
        from rasure.runtime import backlog

        try:
            with connect("rasure catching up", autocommit=True) as connection:
                # A commit of its own, so that a replica can tell that it is up to date
                # while nothing else changes (see rasure.runtime.replica).
                connection.execute("select pg_current_xact_id()")
                return backlog.is_due(connection, self.part)
        except Exception as error:  # the warehouse is down or not set up yet
            log.info("%s: not asked (%s)", self.part, type(error).__name__)
            return False
