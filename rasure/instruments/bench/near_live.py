"""`near_live:<change>`: seconds from a delivery's arrival until the dashboard shows it.

It runs on the services of a home with the simulated force of `scripts/demo`. Each
change is written as a delta and offered in the watched folder; then a chart is queried
through Superset's chart API until its answer changes. No DAG runs before a change.
After the deletion of an occurrence, every layer is searched for it.
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
TABLES_OF_OCCURRENCES = """
    select table_schema, table_name from information_schema.columns
    where column_name = 'occurrence_id'
        and table_schema in ('raw', 'staging', 'core', 'marts', 'marts_people')
"""


class NotSeen(RasureError):
    """A change did not reach the dashboard, or a deleted record is still there."""


@dataclass(frozen=True)
class Change:
    """A delta, and where the dashboard must show it.

    `chart` is (dashboard, chart, column) and `values` the values of that column.
    `occurrence_id` is that of the occurrence that the delta deletes.
    """

    delivery: Path
    chart: tuple[str, str, str]
    values: list[str]
    occurrence_id: str | None = None


def measure(
    connection: psycopg.Connection, say: Callable[[str], None]
) -> Iterator[Measure]:
    """A measure of each kind of change. Raises `NotSeen`."""
    client = client_of("analyst")
    with Airflow.of_home() as airflow:
        for kind, make in CHANGES.items():
            _wait_until_idle(airflow)
            change = make(connection)
            took = _seconds_until_seen(client, change)
            say(f"{kind}: {took:.1f} s")
            yield Measure(f"near_live:{kind}", took, "s", source=SOURCE)
            if change.occurrence_id:
                _wait_until_idle(airflow)
                _look_for(connection, change.occurrence_id)


def _seconds_until_seen(client, change: Change) -> float:
    """The seconds from the arrival of a change until its chart's answer changes."""
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
                f"{change.delivery.name}: {name} has not changed after {PATIENCE} s. "
                "See the runs in Airflow."
            )
        time.sleep(0.5)
    return time.monotonic() - started


def _wait_until_idle(airflow: Airflow) -> None:
    """Wait until no DAG of the pipeline has run for ten seconds."""
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
        raise NotSeen(f"None of the newest crimes can be changed so ({kind}).")

    return make


def _eliminate(connection: psycopg.Connection) -> Change:
    """Eliminate the suspect of a crime in the history of a listed person.

    The crime is on the page, so it is not restricted, and has no other suspect who
    could be eliminated instead.
    """
    for person, occurrence_id in connection.execute(SUSPECTED).fetchall():
        try:
            delivery = write_change(folder(), "eliminate", of=[occurrence_id])
        except SimulationImpossible:
            continue
        return Change(delivery, PEOPLE, [person])
    raise NotSeen("Nobody on the list of risk is a suspect whom a delta can eliminate.")


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
    """Raise `NotSeen` if a table of any layer still has that occurrence."""
    tables = [
        f"{schema}.{table}"
        for schema, table in connection.execute(TABLES_OF_OCCURRENCES).fetchall()
        if connection.execute(
            sql.SQL("select 1 from {} where occurrence_id = %s limit 1").format(
                sql.Identifier(schema, table)
            ),
            (occurrence_id,),
        ).fetchone()
    ]
    if tables:
        raise NotSeen(f"A deleted occurrence is still in {', '.join(tables)}.")
