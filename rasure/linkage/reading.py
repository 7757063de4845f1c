"""Read person records from the warehouse into DuckDB and make them comparable.

DuckDB gets a private folder, which is removed at the end of the run, or by the next run
after a kill: nothing about a person outlives the run. Officials are never read.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import psycopg
import pyarrow as pa
from psycopg import sql

from rasure.linkage.errors import RelationRejected
from rasure.linkage.identifiers import MACROS
from rasure.linkage.names import comparable, skeleton
from rasure.linkage.statements import statement
from rasure.linkage.transfer import copy_out

PERSONS = "core.person_records"
MERGES = "core.person_merges"
KEY = ("force", "person_id")
# How each column is read, as text; several values of one record are in one field,
# separated by a character that no name holds.
COLUMNS = {
    "force": ("relation.force::text", "varchar"),
    "person_id": ("relation.person_id::text", "varchar"),
    "national_id": ("national_id::text", "varchar"),
    "cro_number": ("cro_number::text", "varchar"),
    "date_of_birth": ("date_of_birth::date", "date"),
    "is_birth_date_estimated": ("is_birth_date_estimated::boolean", "boolean"),
    "sex": ("sex::text", "varchar"),
    "forenames": ("array_to_string(forenames, chr(31))", "varchar"),
    "surnames": ("array_to_string(surnames, chr(31))", "varchar"),
    "postcodes": ("array_to_string(postcodes, chr(31))", "varchar"),
    "contacts": ("array_to_string(contacts, chr(31))", "varchar"),
}
# Columns that a relation may lack. `shared_postcodes`: of premises that many strangers
# share; `date_of_birth_precision`: day, month or year.
OPTIONAL = {
    "shared_postcodes": ("array_to_string(shared_postcodes, chr(31))", "varchar"),
    "date_of_birth_precision": ("date_of_birth_precision::text", "varchar"),
}
# A digest of all that is compared: if it differs, the record is scored again.
FINGERPRINT = "md5(row({})::text)"
# What linkage already knows of the record.
KNOWN = {
    "known_fingerprint": ("persons.fingerprint", "varchar"),
    "golden_before": ("golden_ids.golden_id", "varchar"),
}
MERGE_COLUMNS = {
    "force": ("force::text", "varchar"),
    "surviving_person_id": ("surviving_person_id::text", "varchar"),
    "merged_person_id": ("merged_person_id::text", "varchar"),
    "is_undone": ("unmerged_at is not null", "boolean"),
}
NOMINALS = "person_type is distinct from 'official'"
# Of the table $records, those that a landing has erased: core holds them until the next
# transform. A record of the same id that has landed since is a new one. `materialized`,
# so that raw is searched for the few with a tombstone only.
ERASED = """
    with buried as materialized (
        select records.force, records.person_id
        from $records as records
        inner join ops.niche_tombstones as tombstones
            on records.force = tombstones.force
            and tombstones.entity = 'persons'
            and tombstones.id_hash
            = ops.niche_hash(records.force, 'persons', records.person_id)
    )
    select buried.force, buried.person_id from buried
    where not exists (
        select from raw.niche_persons as landed
        inner join ops.delivery_files as files
            on landed.file_id = files.file_id and files.force = buried.force
        where landed.person_id = buried.person_id
    )
"""
WITH_KNOWN = f"""
left join linkage.persons
    on relation.force = persons.force and relation.person_id = persons.person_id
left join linkage.golden_ids
    on golden_ids.force = persons.force
    and golden_ids.person_id = persons.person_id
    and golden_ids.effective_to is null
where {NOMINALS}
    and (
        persons.person_id is not null
        or (relation.force, relation.person_id) not in ({ERASED})
    )
"""
VANISHED = f"""
select persons.force, persons.person_id
from linkage.persons
{{}}
left join {{}} as relation
    on persons.force = relation.force
    and persons.person_id = relation.person_id
    and {NOMINALS}
where relation.person_id is null
"""
WANTED = """
inner join wanted
    on relation.force = wanted.force and relation.person_id = wanted.person_id
"""
KNOWN_AND_WANTED = "inner join wanted using (force, person_id)"
DISTINCT_NAMES = """
select distinct forenames as raw, true as is_forename from source_records
where forenames is not null
union all
select distinct surnames as raw, false as is_forename from source_records
where surnames is not null
"""
MEMORY = "3GB"


def open_duckdb(folder: Path, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that spills into `folder` and keeps quiet."""
    connection = duckdb.connect(":memory:")
    connection.execute(f"set temp_directory = '{folder}'")
    connection.execute(f"set memory_limit = '{MEMORY}'")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set preserve_insertion_order = false")
    if threads:
        connection.execute(f"set threads = {threads}")
    return connection


def read_persons(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    relation: str,
    folder: Path,
    only: bool = False,
) -> int:
    """Make DuckDB's tables `records` (the nominals of `relation`) and `vanished` (those
    that linkage knows and `relation` no longer has); returns the count of records. With
    `only`, just the records in PostgreSQL's temporary table `wanted` are read.

    Its `unique_id` counts from 0 in the order of age: a source gives out ascending ids,
    so the shorter, then the smaller id is the elder. Raises `RelationRejected`.
    """
    read_source(connection, duck, relation, folder, only)
    query = sql.SQL(VANISHED).format(
        sql.SQL(KNOWN_AND_WANTED if only else ""),
        sql.Identifier(*relation.split(".")),
    )
    types = {"force": "varchar", "person_id": "varchar"}
    copy_out(connection, duck, query, "vanished", types, folder)
    names = duck.execute(DISTINCT_NAMES).fetchall()
    duck.register("name_parts_view", _parts(names))
    duck.execute("create table name_parts as from name_parts_view")
    duck.unregister("name_parts_view")
    duck.execute(statement("records"))
    doubled = duck.execute(
        "select count(*) from (from records select force, person_id"
        " qualify lead((force, person_id)) over (order by unique_id)"
        " = (force, person_id))"
    ).fetchall()[0][0]
    if doubled:
        raise RelationRejected(
            f"{relation} has {doubled} rows too many: one row a source person "
            "(force, person_id) is expected. Mend the model that makes it."
        )
    return duck.execute("select count(*) from records").fetchall()[0][0]


def read_source(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    relation: str,
    folder: Path,
    only: bool = False,
) -> None:
    """Make DuckDB's table `source_records`: the nominals of `relation` as they are."""
    duck.execute(MACROS)
    columns = COLUMNS | _optional(connection, relation)
    compared = [value for name, (value, _) in columns.items() if name not in KEY]
    fingerprint = FINGERPRINT.format(", ".join(compared))
    columns |= {"fingerprint": (fingerprint, "varchar")} | KNOWN
    named = sql.Identifier(*relation.split(".")).as_string(connection)
    known = WITH_KNOWN.replace("$records", "wanted" if only else named)
    where = (WANTED if only else "") + known
    _fetch(connection, duck, relation, columns, where, "source_records", folder)


def _optional(connection: psycopg.Connection, relation: str) -> dict:
    """The optional columns as the relation has them; null for one that it lacks."""
    names = {
        name
        for (name,) in connection.execute(
            "select attname from pg_attribute where attrelid = to_regclass(%s)"
            " and attnum > 0 and not attisdropped",
            (relation,),
        )
    }
    return {
        name: (expression if name in names else "null::text", kind)
        for name, (expression, kind) in OPTIONAL.items()
    }


def drop_everything(duck: duckdb.DuckDBPyConnection) -> None:
    """Drop all tables and macros of DuckDB."""
    made = "select 'table', table_name from duckdb_tables() union all"
    made += " select distinct 'macro', function_name from duckdb_functions()"
    made += " where function_type = 'macro' and not internal"
    for kind, name in duck.execute(made).fetchall():
        duck.execute(f'drop {kind} "{name}"')


def read_merges(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    relation: str | None,
    folder: Path,
) -> None:
    """Make DuckDB's table `source_merges` (force, survivor, merged, is_undone); empty
    where there is no relation of merges."""
    if relation is None:
        columns = ", ".join(
            f"{name} {kind}" for name, (_, kind) in MERGE_COLUMNS.items()
        )
        duck.execute(f"create table source_merges ({columns})")
        return
    _fetch(connection, duck, relation, MERGE_COLUMNS, "", "source_merges", folder)


def has_relation(connection: psycopg.Connection, relation: str) -> bool:
    """True if the warehouse has a table or view of that name."""
    (name,) = connection.execute("select to_regclass(%s)", (relation,)).fetchone()
    return name is not None


def _fetch(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    relation: str,
    columns: dict[str, tuple[str, str]],
    where: str,
    table: str,
    folder: Path,
) -> None:
    """Make a DuckDB table of these columns (expression, type) of a relation."""
    named = sql.SQL(", ").join(
        sql.SQL(expression + " as {}").format(sql.Identifier(name))
        for name, (expression, _) in columns.items()
    )
    query = sql.SQL("select {} from {} as relation " + where).format(
        named, sql.Identifier(*relation.split("."))
    )
    types = {name: kind for name, (_, kind) in columns.items()}
    try:
        copy_out(connection, duck, query, table, types, folder)
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise RelationRejected(
            f"{relation} cannot be read: {error.diag.message_primary}. Build it with "
            f"`rasure transform`; linkage reads {', '.join(columns)}."
        ) from None
    except psycopg.DataError as error:
        raise RelationRejected(
            f"{relation} holds a value that is not of its column's type "
            f"({error.sqlstate}). Mend the model that makes it."
        ) from None


def _parts(fields: list[tuple[str, bool]]) -> pa.Table:
    """What is compared of each field of names, given as (text, is of forenames)."""
    made = [comparable(field.split("\x1f"), is_fore) for field, is_fore in fields]
    skeleton.cache_clear()  # no name outlives its run
    words = pa.list_(pa.string())
    return pa.table(
        {
            "raw": pa.array([field for field, _ in fields], pa.string()),
            "is_forename": pa.array([is_fore for _, is_fore in fields], pa.bool_()),
            "word": pa.array([names.word for names in made], pa.string()),
            "skeleton": pa.array([names.skeleton for names in made], pa.string()),
            "words": pa.array([names.words for names in made], words),
            "forms": pa.array([names.forms for names in made], words),
            "skeletons": pa.array([names.skeletons for names in made], words),
            "rivals": pa.array([names.rivals for names in made], words),
        }
    )
