"""Records-management deliveries put straight into `raw`, for the tests of the models.

Values are as a force writes them in Thames Valley's mapping: days first, hundredths of
a metre, codes. The force is the made-up one of `transform_fixtures`, two square
kilometres from (450000, 200000).
"""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg

from rasure.database import connect
from rasure.settings import Settings
from rasure.sources.niche_rms import mapping
from rasure.sources.niche_rms.entities import ENTITIES
from rasure.transform import dbt, state
from tests.integration.transform_fixtures import FORCE, build_ground

SELECTION = (
    "path:seeds",
    "path:models/staging/niche_rms",
    "path:models/core/niche_rms",
    # What the rules on people keep from day to day, with the views it is made of.
    *("people_as_of", "people_persons", "int_countable_involvements"),
    *("int_listed_crimes", "int_crime_suspects"),
)
MODIFIED = "01/06/2025 12:00:00"
EXTRACTED = datetime(2025, 6, 24, 3, 0, tzinfo=UTC)


def number(value: int | str) -> str:
    """An id as the system makes them: 25 digits."""
    return f"10001{int(value):020d}"


def east(metres: float) -> str:
    """Easting of a point of the square as the system writes it."""
    return str(round((450000 + metres) * 100))


def north(metres: float) -> str:
    """Northing of a point of the square as the system writes it."""
    return str(round((200000 + metres) * 100))


def row(entity: str, key: int, /, **values: str | int | None) -> dict[str, str | None]:
    """A row of `entity`; whole numbers of id columns become ids, the rest are text."""
    fields = {field.name: field for field in ENTITIES[entity].fields}
    unknown = values.keys() - fields.keys()
    assert not unknown, unknown
    made = {ENTITIES[entity].key: number(key), "modified_at": MODIFIED, **values}
    return {
        name: number(value)
        if fields[name].form == "id" and isinstance(value, int)
        else value
        for name, value in made.items()
    }


def set_up(connection: psycopg.Connection, force: str = FORCE) -> None:
    """The ground of the made-up force, and Thames Valley's mapping as its own."""
    build_ground(connection)
    map_force(connection, force)


def map_force(connection: psycopg.Connection, force: str = FORCE) -> None:
    """Write Thames Valley's mapping as that of `force`."""
    known = mapping.load("thames-valley")
    form = known.format
    connection.execute(
        "insert into ops.niche_mappings (force, clock, datestyle, instant_template,"
        " day_template, yes, no, separator, coordinate_scale, digest)"
        " values (%s, %s, 'ISO, DMY', 'DD/MM/YYYY HH24:MI:SS', 'DD/MM/YYYY',"
        " %s, %s, %s, %s, 'first')",
        (force, form.clock, form.yes, form.no, form.separator, form.coordinate_scale),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.niche_terms values (%s, %s, ops.code_key(%s), %s)",
            [
                (force, table, code, term)
                for table, codes in known.terms.items()
                for code, term in codes.items()
            ],
        )
        cursor.executemany(
            "insert into ops.niche_default_points values (%s, %s, %s, %s)",
            [(force, point.x, point.y, point.label) for point in known.default_points],
        )


def deliver(
    connection: psycopg.Connection,
    rows: dict[str, list[dict]],
    kind: str = "delta",
    extracted_at: datetime = EXTRACTED,
    force: str = FORCE,
    load_id: int | None = None,
) -> int:
    """Land a delivery of `{entity: rows}`; returns its load id, by default the next."""
    with connection.transaction():
        (load_id,) = connection.execute(
            "insert into ops.deliveries (load_id, delivery_id, source, delivery, kind,"
            " state, extracted_at, received_at, landed_at, seconds)"
            " overriding system value values (coalesce(%s, nextval("
            "pg_get_serial_sequence('ops.deliveries', 'load_id'))),"
            " md5(random()::text), 'niche_rms', 'made up', %s, 'landed', %s,"
            " now(), now(), 0)"
            " returning load_id",
            (load_id, kind, extracted_at),
        ).fetchone()
        for entity, entity_rows in rows.items():
            (file_id,) = connection.execute(
                "insert into ops.delivery_files (load_id, file, kind, force, sha256,"
                " bytes, encoding, rows_read, rows_landed, rows_quarantined)"
                " values (%s, %s, %s, %s, '', 0, 'cp1252', 0, 0, 0)"
                " returning file_id",
                (load_id, f"{entity}.csv", entity, force),
            ).fetchone()
            names = [field.name for field in ENTITIES[entity].fields]
            columns = ", ".join(names)
            places = ", ".join(["%s"] * (len(names) + 3))
            with connection.cursor() as cursor:
                cursor.executemany(
                    f"insert into raw.niche_{entity} (load_id, file_id, row_number,"
                    f" {columns}) values ({places})",
                    [
                        (load_id, file_id, at, *(one.get(name) for name in names))
                        for at, one in enumerate(entity_rows, start=1)
                    ],
                )
    return load_id


def delete(
    connection: psycopg.Connection,
    entity: str,
    key: int,
    deleted_at: datetime,
    force: str = FORCE,
) -> None:
    """Delete a record as a landing does: its rows go, a hash of its id stays."""
    load_id = deliver(connection, {}, extracted_at=deleted_at, force=force)
    name = ENTITIES[entity].key
    with connection.transaction():
        connection.execute(
            "insert into ops.niche_tombstones (force, entity, id_hash, deleted_at,"
            " load_id, is_inherited)"
            " values (%s, %s, ops.niche_hash(%s, %s, %s), %s, %s, false)",
            (force, entity, force, entity, number(key), deleted_at, load_id),
        )
        connection.execute(
            f"delete from raw.niche_{entity} where {name} = %s", (number(key),)
        )
        connection.execute(
            "insert into ops.changed_keys (kind, force, id) values (%s, %s, %s)",
            (f"erased {entity}", force, number(key)),
        )


def transform(
    full_refresh: bool = False,
    tests: bool = False,
    unit_tests: bool = True,
    selection: tuple[str, ...] = SELECTION,
) -> list[tuple[str, str]]:
    """Build staging and core of the source, or another selection.

    With `tests` and `unit_tests` run theirs too. Returns the keys (kind, id) that it
    built, as staging logged and core widened them.
    """
    with connect("tests", autocommit=True) as connection:
        version = state.warehouse_version(connection)
        is_other = not state.is_built_from(connection, state.WAREHOUSE, [version])
        state.claim_changed_keys(connection)
        state.keep_deliveries_to_build(connection)
        build = ["build" if tests else "run", "--select", *selection]
        if full_refresh or is_other:
            build.append("--full-refresh")
        if tests and not unit_tests:
            build += ["--exclude-resource-type", "unit_test"]
        seed = ["seed", "--select", "path:seeds"]
        for arguments in [seed, build] if is_other and not tests else [build]:
            answer = dbt.call(Settings.load(), arguments)
            assert answer.code == 0, answer.error
        keys = [
            key
            for table in ("core.changed_keys", "core.changed_person_keys")
            if connection.execute("select to_regclass(%s)", (table,)).fetchone()[0]
            for key in connection.execute(f"select kind, id from {table} order by 1, 2")
        ]
        with connection.transaction():
            state.keep_success(connection, version)
    return keys


def contents(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Every row of every table of staging and core of the source, as sorted text; what
    a run keeps of its own progress is left out."""
    names = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_schema in ('staging', 'core')"
        " and table_name not like '%%changed%%'"
    ).fetchall()
    return {
        name: sorted(
            text for (text,) in connection.execute(f"select t::text from {name} as t")
        )
        for (name,) in names
    }


def check_against_rebuilt(connection) -> dict[str, list[str]]:
    """That an incremental run leaves what a full one makes; returns it."""
    transform()
    built = contents(connection)
    transform(full_refresh=True)
    rebuilt = contents(connection)
    assert built.keys() == rebuilt.keys()
    assert [name for name in built if built[name] != rebuilt[name]] == []
    return built
