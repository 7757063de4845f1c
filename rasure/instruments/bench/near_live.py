"""`near_live:<change>`: seconds from a delivery's arrival until the dashboard shows it.

On the running services of a home, with the simulated force of `scripts/demo` in them:
each change is written as a delta and handed over in the watched folder, and a chart is
asked through Superset's chart API until its answer is another. The line is idle before
each. Of a deleted occurrence every layer is searched besides.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psycopg
from psycopg import sql

from rasure.errors import RasureError
from rasure.instruments.bench.charts import client_of
from rasure.instruments.bench.measures import Measure
from rasure.instruments.demo.simulated_force import FORCE, folder
from rasure.instruments.simulate.delta import write_change
from rasure.instruments.simulate.errors import SimulationImpossible
from rasure.runtime import inbox
from rasure.runtime.airflow_api import Airflow
from rasure.sources.niche_rms.mapping import load

SOURCE = "niche_rms"
LINE = (f"ingest_{SOURCE}", "transform", "designate", "publish")
PATIENCE = 300  # seconds
CRIMES = ("serious-violence", "Crimes", "occurrence_number")
PEOPLE = ("people-risk", "Offending history", "person")
OCCURRENCES = """
    select occurrence_number, occurrence_id from marts.crimes
    where occurrence_number is not null
    order by reported_at desc limit 500
"""
LISTED = """
    select profiles.person, ids.person_id
    from marts_people.person_profile as profiles
    inner join core.int_niche_person_ids as ids
        on profiles.person_id = ids.golden_id and profiles.force = ids.force
    where profiles.is_at_risk and profiles.records = 1
    order by profiles.person
"""
SUSPECTED = """
    select profiles.person, crimes.occurrence_id
    from marts_people.person_history as history
    inner join marts_people.person_profile as profiles
        on history.person_id = profiles.person_id and history.force = profiles.force
    inner join core.fct_crime as crimes on history.source_id = crimes.crime_key
    inner join core.fct_involvement as involved
        on crimes.occurrence_id = involved.occurrence_id
        and crimes.force = involved.force
        and involved.side = 'causing harm'
    where profiles.is_at_risk and profiles.records = 1
        and history.kind = 'offence' and history.result <> 'eliminated'
        and history.role in ('suspect', 'arrested')
    group by profiles.person, crimes.occurrence_id
    having count(distinct involved.golden_id) = 1
    order by crimes.occurrence_id desc
"""
KEPT = """
    select table_schema, table_name from information_schema.columns
    where column_name = 'occurrence_id'
        and table_schema in ('raw', 'staging', 'core', 'marts', 'marts_people')
"""


class NotSeen(RasureError):
    """A change did not come to the dashboard, or did not go from the warehouse."""


@dataclass(frozen=True)
class Change:
    """A delta that was written, and on which chart (dashboard, chart, column, values)
    it is to be seen; `occurrence_id` is of what it deletes."""

    delivery: Path
    chart: tuple[str, str, str]
    values: list[str]
    occurrence_id: str | None = None


def measure(
    connection: psycopg.Connection, tell: Callable[[str], None]
) -> Iterator[Measure]:
    """A measure of each kind of change. Raises `NotSeen`."""
    client = client_of("analyst")
    with Airflow.of_home() as airflow:
        for kind, make in CHANGES.items():
            _wait_until_idle(airflow)
            change = make(connection)
            took = _seen(client, change)
            tell(f"{kind}: {took:.1f} s")
            yield Measure(f"near_live:{kind}", took, "s", source=SOURCE)
            if change.occurrence_id:
                _wait_until_idle(airflow)
                _look_for(connection, change.occurrence_id)


def _seen(client, change: Change) -> float:
    """The seconds from the arrival of a change until its chart tells another thing."""
    dashboard, name, column = change.chart
    chart = next(one for one in client.charts(dashboard) if one.name == name)
    before = client.rows(chart, column, change.values)
    started = time.monotonic()
    offered = inbox.offer(SOURCE, change.delivery)
    while client.rows(chart, column, change.values) == before:
        if reason := inbox.refusal(offered):
            raise NotSeen(f"{change.delivery.name} was refused. {reason}")
        if time.monotonic() - started > PATIENCE:
            raise NotSeen(
                f"{change.delivery.name}: {name} tells nothing new after {PATIENCE} s. "
                "See the runs in Airflow."
            )
        time.sleep(0.5)
    return time.monotonic() - started


def _wait_until_idle(airflow: Airflow) -> None:
    """Wait until no run of the line is under way, and none has begun for a while."""
    quiet = 0
    while quiet < 5:
        states = {run["state"] for dag in LINE for run in airflow.runs(dag)}
        quiet = 0 if states & {"queued", "running"} else quiet + 1
        time.sleep(2)


def _crime(connection: psycopg.Connection) -> Change:
    delivery = write_change(folder(), "crime")
    mapping = load(FORCE)
    mapped = mapping.entities["occurrences"]
    path = delivery / f"{mapped.file}.csv"
    with path.open(encoding=mapping.format.encoding, newline="") as rows:
        number = next(csv.DictReader(rows))[mapped.columns["occurrence_number"]]
    return Change(delivery, CRIMES, [number])


def _of_a_crime(kind: str) -> Callable[[psycopg.Connection], Change]:
    def make(connection: psycopg.Connection) -> Change:
        for number, occurrence_id in connection.execute(OCCURRENCES).fetchall():
            try:
                delivery = write_change(folder(), kind, of=[occurrence_id])
            except SimulationImpossible:
                continue
            gone = occurrence_id if kind == "delete" else None
            return Change(delivery, CRIMES, [number], gone)
        raise NotSeen(f"No crime of late can be changed so ({kind}).")

    return make


def _eliminate(connection: psycopg.Connection) -> Change:
    """Of a crime in the history of somebody on the list: one behind restricted access
    is not shown, and of one with other suspects another might be eliminated."""
    for person, occurrence_id in connection.execute(SUSPECTED).fetchall():
        try:
            delivery = write_change(folder(), "eliminate", of=[occurrence_id])
        except SimulationImpossible:
            continue
        return Change(delivery, PEOPLE, [person])
    raise NotSeen("Nobody on the list of risk is a suspect of late.")


def _merge(connection: psycopg.Connection) -> Change:
    listed = connection.execute(LISTED).fetchall()
    for (person, one), (other_person, other) in pairwise(listed):
        try:
            delivery = write_change(folder(), "merge", of=[one, other])
        except SimulationImpossible:  # merged before
            continue
        return Change(delivery, PEOPLE, [person, other_person])
    raise NotSeen("There are no two people on the list of risk to merge.")


CHANGES = {
    "crime": _crime,
    "reclassify": _of_a_crime("reclassify"),
    "eliminate": _eliminate,
    "merge": _merge,
    "delete": _of_a_crime("delete"),
}


def _look_for(connection: psycopg.Connection, occurrence_id: str) -> None:
    """Raise `NotSeen` where a table of any layer still has that occurrence."""
    held = [
        f"{schema}.{table}"
        for schema, table in connection.execute(KEPT).fetchall()
        if connection.execute(
            sql.SQL("select 1 from {} where occurrence_id = %s limit 1").format(
                sql.Identifier(schema, table)
            ),
            (occurrence_id,),
        ).fetchone()
    ]
    if held:
        raise NotSeen(f"A deleted occurrence is still in {', '.join(held)}.")
