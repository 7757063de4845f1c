"""What the warehouse was built from, and what is still to be built.

`ops.built_from` holds for each part of the warehouse the sources that it was built
from: for a source of records the deliveries, as a set of load ids; for the part
`warehouse` one version of everything that is not a delivery. Where that version is
another, the next transform is a full refresh.

`ops.changed_keys` holds the ids of the records that changed. A transform claims them
when it begins, and deletes them when all of it has succeeded; building them can be
repeated, so a transform that stopped is simply run again.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from rasure.places.definition import dbt_variables
from rasure.sources import NAMES
from rasure.transform.dbt import PROJECT

WAREHOUSE = "warehouse"
TO_BUILD = "to build "  # before the name of a source, while a transform builds it
DESIGNATION = "designation"  # built once for each day of the data
PLACED = "placed hexagons"  # what stands on the places that are placed freely
CODE = ("models", "macros", "seeds", "dbt_project.yml")
SCHEMAS = ("staging", "core", "marts", "marts_people", "marts_private", "reference")

LANDED_SOURCES = """
    select distinct source from ops.deliveries where state = 'landed' order by 1
"""
LANDED_DELIVERIES = """
    select load_id::text from ops.deliveries where source = %s and state = 'landed'
"""
MAPPINGS = """
    select 'niche_rms' as source, force, digest from ops.niche_mappings
    union all
    select 'incidents', force, digest from ops.incident_mappings
    order by 1, 2
"""
# The LSOAs of 2021 are loaded by a command of their own, after the forces are built,
# and an operator may correct the institutions.
GEOGRAPHY = """
    select 'force ' || force, built_at::text from geo.forces
    union all
    select
        'neighbourhoods of ' || vintage,
        sum(hashtextextended(area_id || ' ' || lsoa_code, 0))::text
    from geo.area_lsoas
    group by vintage
    union all
    select 'institutions', sum(hashtextextended(institutions::text, 0))::text
    from geo.institutions as institutions
    order by 1
"""
# The day of the newest delivery of each source. Published crime begins a new day
# whenever a file of it has landed.
DAY_OF_DATA = """
    select
        source || ' ' || case
            when source = 'niche_rms'
                then max((extracted_at at time zone 'UTC')::date)::text
            else max(load_id)::text
        end
    from ops.deliveries
    where state = 'landed'
    group by source
"""
BUILT_RELATIONS = """
    select schemas.nspname, relations.relname, relations.relkind = 'v'
    from pg_class as relations
    inner join pg_namespace as schemas on relations.relnamespace = schemas.oid
    where schemas.nspname = any(%s) and relations.relkind in ('r', 'v')
        and relations.relname <> all(%s)
        and relations.relname in (
            select node from ops.dbt_runs where resource_type in ('model', 'seed')
        )
    order by 1, 2
"""


# The designations in force whose hexagons were placed freely.
PLACED_DESIGNATIONS = """
    select designation_id
    from places.designations
    where valid_to is null
        and patrol_window = 'all'
        and designation_id in (select designation_id from places.placed_hexagons)
"""


@dataclass(frozen=True)
class UnbuiltDelivery:
    """A delivery by which raw differs from what the marts were built from.

    `state` is landed or withdrawn, `changed_at` when it became so. `is_tried`: a
    transform has begun with it, and works on it or has failed.
    """

    load_id: int
    source: str
    delivery: str
    state: str
    changed_at: datetime
    is_tried: bool


def unbuilt_deliveries(connection: psycopg.Connection) -> list[UnbuiltDelivery]:
    """The deliveries that the next transform takes to the marts, or takes out of them,
    the oldest first; empty if the marts are of all that has landed."""
    with connection.cursor(row_factory=class_row(UnbuiltDelivery)) as cursor:
        return cursor.execute(
            "select load_id, source, delivery, state, changed_at, is_tried"
            " from ops.unbuilt_deliveries order by changed_at, load_id"
        ).fetchall()


def landed_sources(connection: psycopg.Connection) -> list[str]:
    """The names of the sources of which a delivery has landed, in order."""
    return [source for (source,) in connection.execute(LANDED_SOURCES)]


def warehouse_version(connection: psycopg.Connection) -> str:
    """One digest of everything that the models depend on and that is not a delivery.

    That is: the models, macros, seeds and variables of the project; which definitions
    are in force today; the mappings; the geography; which sources have landed.
    """
    content = hashlib.sha256()
    for path in _files():
        content.update(path.relative_to(PROJECT).as_posix().encode())
        content.update(path.read_bytes())
    content.update(json.dumps(dbt_variables(), sort_keys=True).encode())
    content.update(repr(_definitions_in_force()).encode())
    for query in (MAPPINGS, GEOGRAPHY, LANDED_SOURCES):
        content.update(repr(connection.execute(query).fetchall()).encode())
    return content.hexdigest()[:16]


def _files() -> Iterable[Path]:
    for name in CODE:
        path = PROJECT / name
        yield from sorted(
            file
            for file in (path.rglob("*") if path.is_dir() else [path])
            if file.is_file()
        )


def _definitions_in_force() -> list[tuple[str, list[str]]]:
    """For each seed with versions, the days up to today from which one holds."""
    today = datetime.now(UTC).date().isoformat()
    in_force = []
    for path in sorted((PROJECT / "seeds").rglob("*.csv")):
        with path.open(newline="") as file:
            days = {row.get("valid_from") or "" for row in csv.DictReader(file)}
        in_force.append((path.stem, sorted(day for day in days if day <= today)))
    return in_force


def is_built_from(
    connection: psycopg.Connection, part: str, sources: Iterable[str]
) -> bool:
    """True if a part of the warehouse was built from these sources and no others."""
    rows = connection.execute(
        "select source from ops.built_from where part = %s", (part,)
    )
    return {source for (source,) in rows} == set(sources)


def keep_built_from(
    connection: psycopg.Connection, part: str, sources: Iterable[str]
) -> None:
    """Record that a part of the warehouse was built from these sources."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("delete from ops.built_from where part = %s", (part,))
        cursor.executemany(
            "insert into ops.built_from (part, source) values (%s, %s)",
            [(part, source) for source in sorted(set(sources))],
        )


def is_built_from_deliveries(connection: psycopg.Connection, source: str) -> bool:
    """True if a source's deliveries are those that its models were built from."""
    rows = connection.execute(LANDED_DELIVERIES, (source,)).fetchall()
    return is_built_from(connection, source, (load_id for (load_id,) in rows))


def keep_deliveries_to_build(connection: psycopg.Connection) -> None:
    """Record the deliveries that a transform begins with: what it has built when it
    succeeds. One that lands after this may be built too, and is built again next time.
    """
    with connection.transaction():
        connection.execute(
            "delete from ops.built_from where part in"
            " (select %s || source from ops.deliveries where state = 'landed')",
            (TO_BUILD,),
        )
        connection.execute(
            "insert into ops.built_from (part, source)"
            " select %s || source, load_id::text from ops.deliveries"
            " where state = 'landed'",
            (TO_BUILD,),
        )


def begin_full_refresh(connection: psycopg.Connection) -> None:
    """Record that no version has built the warehouse, until a transform has succeeded.

    A full refresh logs no changed keys. If it stops, the next transform cannot know
    what to build, so it is a full refresh too.
    """
    keep_built_from(connection, WAREHOUSE, [])


def day_of_data(connection: psycopg.Connection) -> list[str]:
    """The day of the newest delivery of each source, one text for each."""
    return [day for (day,) in connection.execute(DAY_OF_DATA)]


def placed_designations(connection: psycopg.Connection) -> list[str]:
    """The designations in force whose hexagons were placed freely."""
    rows = connection.execute(PLACED_DESIGNATIONS)
    return [designation_id for (designation_id,) in rows]


def claim_changed_keys(connection: psycopg.Connection) -> None:
    """Claim the keys that are there now: those of a transform that stopped, too."""
    connection.execute("update ops.changed_keys set is_claimed = true")


def changed_persons(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """The person records (force, person id) that staging changed."""
    return connection.execute(
        "select force, id from core.changed_keys where kind = 'person_id'"
    ).fetchall()


def keep_success(connection: psycopg.Connection, version: str) -> None:
    """Record, in the caller's transaction, that a whole transform has succeeded.

    The deliveries that it began with are built, by this version of everything else; the
    claimed keys, and every copy of them, are deleted.
    """
    keep_built_from(connection, WAREHOUSE, [version])
    # A source whose deliveries were all withdrawn has none to build.
    connection.execute(
        "delete from ops.built_from where part = any(%(names)s) or part in"
        " (select replace(part, %(to_build)s, '') from ops.built_from"
        " where starts_with(part, %(to_build)s))",
        {"names": list(NAMES), "to_build": TO_BUILD},
    )
    connection.execute(
        "update ops.built_from set part = replace(part, %(to_build)s, '')"
        " where starts_with(part, %(to_build)s)",
        {"to_build": TO_BUILD},
    )
    connection.execute("delete from ops.changed_keys where is_claimed")
    for copy in ("core.changed_keys", "core.changed_person_keys"):
        if _has_relation(connection, copy):
            connection.execute(f"truncate {copy}")


def _has_relation(connection: psycopg.Connection, name: str) -> bool:
    return (
        connection.execute("select to_regclass(%s)", (name,)).fetchone()[0] is not None
    )


def drop_removed_models(connection: psycopg.Connection) -> list[str]:
    """Drop what dbt once built and is no model or seed of the project now; their names.

    A table of an earlier version could hold ids that were erased everywhere else. What
    others keep in these schemas is theirs, and stays.
    """
    project = [
        file.stem
        for folder, suffix in (("models", "sql"), ("seeds", "csv"))
        for file in (PROJECT / folder).rglob(f"*.{suffix}")
    ]
    removed = connection.execute(BUILT_RELATIONS, (list(SCHEMAS), project)).fetchall()
    for schema, name, is_view in removed:
        connection.execute(
            sql.SQL("drop {} if exists {} cascade").format(
                sql.SQL("view" if is_view else "table"), sql.Identifier(schema, name)
            )
        )
    return [f"{schema}.{name}" for schema, name, _ in removed]
