"""What the line has still to do: build what has landed, designate, publish.

Each DAG of the line starts when the one before it has changed something. Airflow drops
such an event while a DAG is paused, and a run that failed is not repeated. So each part
also asks the warehouse if its output is older than its input: `rasure status` says so,
and `rasure.runtime.catching_up` starts what nobody has tried yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from rasure import runs
from rasure.runtime import inbox
from rasure.runtime.designating import MARTS_RUN, designation_sources
from rasure.sources import NAMES
from rasure.transform import state

TRANSFORM, DESIGNATE, PUBLISH = "transform", "designate", "publish"
PARTS = (TRANSFORM, DESIGNATE, PUBLISH)
PUBLICATION = "publication"  # in ops.built_from: the designation that is published
PUBLICATION_TRIED = "publication tried"
# The run that a change starts has begun by then.
USUAL_DELAY = timedelta(seconds=30)
LONGEST_LANDING = timedelta(hours=1)  # an older flag is one that nothing lands

LAST_OF_NAME = """
    select run_id, ended_at from ops.transform_runs
    where name = %s and state = 'succeeded'
    order by run_id desc limit 1
"""
LAST_PUBLISHED_MARTS = """
    select max(run_id), max(ended_at) from ops.transform_runs
    where state = 'succeeded'
        and steps_done @> array['staging', 'link', 'places', 'people', 'marts']
"""


@dataclass(frozen=True)
class Overdue:
    """A part of the line whose output is older than its input.

    `since` is when its input first changed, `latest` when it last did; `is_tried`: a
    run has begun with that input, and works on it or has failed; `sentence` says it to
    an operator.
    """

    part: str
    since: datetime
    latest: datetime
    is_tried: bool
    sentence: str


def overdue(connection: psycopg.Connection) -> list[Overdue]:
    """The parts of the line that are behind, in the order of the line; empty if all is
    of the newest data. A part waits for those before it and is not named with them."""
    for question in (_transform, _designate, _publish):
        if answer := question(connection):
            return [answer]
    return []


def is_due(connection: psycopg.Connection, part: str) -> bool:
    """True if `part` is to be started now: its input last changed longer ago than a run
    takes to begin, nobody has tried, no run works on the warehouse, and no delivery is
    landing that will start the line by itself."""
    before = datetime.now(UTC) - USUAL_DELAY
    return (
        any(
            one.part == part and one.latest < before and not one.is_tried
            for one in overdue(connection)
        )
        and not runs.is_working(connection)
        and not _is_landing()
    )


def _is_landing() -> bool:
    """True if a delivery was flagged within the last hour and has not landed."""
    since = datetime.now(UTC) - LONGEST_LANDING
    return any(
        datetime.fromtimestamp(flagged, UTC) > since
        for source in NAMES
        for flagged in inbox.waiting_since(source)
    )


def has_marts(connection: psycopg.Connection) -> bool:
    """True if a whole transform has ever published its marts."""
    return connection.execute(LAST_PUBLISHED_MARTS).fetchone()[0] is not None


def begin_publication(connection: psycopg.Connection) -> None:
    """Record that the newest designation is about to be published."""
    _keep(connection, PUBLICATION_TRIED)


def keep_publication(connection: psycopg.Connection) -> None:
    """Record that the designation that `begin_publication` saw is published."""
    tried = connection.execute(
        "select source from ops.built_from where part = %s", (PUBLICATION_TRIED,)
    ).fetchall()
    state.keep_built_from(connection, PUBLICATION, [source for (source,) in tried])


def _keep(connection: psycopg.Connection, part: str) -> None:
    last = connection.execute(LAST_OF_NAME, (MARTS_RUN,)).fetchone()
    state.keep_built_from(connection, part, [str(last[0])] if last else [])


def _transform(connection: psycopg.Connection) -> Overdue | None:
    unbuilt = state.unbuilt_deliveries(connection)
    if not unbuilt:
        return None
    since = min(one.changed_at for one in unbuilt)
    newest = unbuilt[-1]
    return Overdue(
        TRANSFORM,
        since,
        max(one.changed_at for one in unbuilt),
        all(one.is_tried for one in unbuilt),
        f"Raw is newer than the marts: {len(unbuilt)} "
        f"{'delivery' if len(unbuilt) == 1 else 'deliveries'} not built since "
        f"{since:%Y-%m-%d %H:%M} UTC, the last {newest.delivery} ({newest.state}). If "
        "no transform is running, read why the last one failed, unpause the DAG "
        "`transform`, or run `rasure transform`.",
    )


def _designate(connection: psycopg.Connection) -> Overdue | None:
    built, built_at = connection.execute(LAST_PUBLISHED_MARTS).fetchone()
    if built is None or state.is_built_from(
        connection, state.DESIGNATION, designation_sources(connection)
    ):
        return None
    tried = runs.id_of(connection, "designate")
    return Overdue(
        DESIGNATE,
        built_at,
        built_at,
        tried is not None and tried > built,
        f"The hot places are older than the marts of {built_at:%Y-%m-%d %H:%M} UTC. "
        "Unpause the DAG `designate`, or run `rasure places designate`.",
    )


def _publish(connection: psycopg.Connection) -> Overdue | None:
    designated = connection.execute(LAST_OF_NAME, (MARTS_RUN,)).fetchone()
    if designated is None:
        return None
    run_id, ended_at = designated
    if state.is_built_from(connection, PUBLICATION, [str(run_id)]):
        return None
    return Overdue(
        PUBLISH,
        ended_at,
        ended_at,
        state.is_built_from(connection, PUBLICATION_TRIED, [str(run_id)]),
        f"The dashboards are older than the designation of {ended_at:%Y-%m-%d %H:%M} "
        "UTC. Unpause the DAG `publish`, or start it.",
    )
