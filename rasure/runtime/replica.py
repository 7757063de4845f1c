"""The server that the dashboards read, where it is a replica of the warehouse.

A streaming replica answers from what it has replayed, which may be seconds old, or days
if the line is cut. Two things keep a page from showing old figures as new:

- what drops or fills the cached answers of charts waits until the replica has all that
  the warehouse had committed (`wait_until_current`);
- the head of each page says so when the newest change that the replica has is older
  than two minutes (`marts.transform_state`, `superset/assets/datasets/freshness.sql`).
  The trigger that watches the line commits every few seconds, so an idle warehouse is
  no reason.
"""

from __future__ import annotations

import time

import psycopg

from rasure.database import connect
from rasure.errors import SetupError
from rasure.runtime.home import READERS
from rasure.settings import Settings

WAIT_SECONDS = 120
POLL_SECONDS = 0.2
# A server that is no replica must be the warehouse itself, by whichever address.
POSITION_OF_WAREHOUSE = """
    select pg_current_wal_lsn()::text, pg_postmaster_start_time()
"""
STATE_OF_READER = """
    select
        pg_is_in_recovery(),
        coalesce(pg_last_wal_replay_lsn() >= %s::pg_lsn, false),
        pg_postmaster_start_time()
"""


class ReplicaBehind(SetupError):
    """The replica that the dashboards read does not have what the warehouse has."""


def reader_url(settings: Settings) -> str | None:
    """The URL by which the dashboards read, if it is not the warehouse's own."""
    if "database_url" in settings.stored:
        return settings.stored.get("reader_url")
    names_reader = "reader_address" in settings.stored or "reader" in (
        settings.stored.get("addresses", {})
    )
    if not names_reader or settings.address("reader") == settings.address("postgres"):
        return None
    return settings.role_url(READERS[0], "rasure", server="reader")


def wait_until_current(settings: Settings, seconds: float = WAIT_SECONDS) -> None:
    """Wait until the server that the dashboards read has all that is committed now.

    Returns at once where it is the warehouse. Raises `ReplicaBehind` after `seconds`,
    or if it does not answer, or is a server that follows nobody.
    """
    url = reader_url(settings)
    if url is None:
        return
    with connect("rasure replica", autocommit=True) as connection:
        position, started_at = connection.execute(POSITION_OF_WAREHOUSE).fetchone()
    give_up = time.monotonic() + seconds
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as reader:
            while True:
                is_replica, is_current, reader_started_at = reader.execute(
                    STATE_OF_READER, (position,)
                ).fetchone()
                if not is_replica and reader_started_at != started_at:
                    raise ReplicaBehind(
                        "The server that the dashboards read (reader_address) is "
                        "neither the warehouse nor a replica that follows it: what "
                        "changes here is never seen there. Make the replica again."
                    )
                if is_current or not is_replica:
                    return
                if time.monotonic() > give_up:
                    raise ReplicaBehind(
                        f"The replica that the dashboards read is still behind the "
                        f"warehouse after {seconds:.0f} s. Charts keep their answers "
                        "from before, and pages say how old it is. See if it is "
                        "connected (pg_stat_replication on the warehouse), and start "
                        "the DAG `publish` when it has caught up."
                    )
                time.sleep(POLL_SECONDS)
    except psycopg.OperationalError as error:
        raise ReplicaBehind(
            "The replica that the dashboards read (reader_address) does not answer "
            f"({type(error).__name__}). Start it, or take the setting away."
        ) from None
