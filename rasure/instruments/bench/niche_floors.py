"""The floors of landing and transforming a records-management extract: the same rows in
plain PostgreSQL."""

from __future__ import annotations

import csv
from pathlib import Path

import psycopg
from psycopg import sql

from rasure.instruments.bench.floors import BLOCK
from rasure.sources.niche_rms.entities import ENTITIES
from rasure.sources.niche_rms.mapping import Mapping
from rasure.sources.niche_rms.mapping_tables import template

TYPED = {
    "instant": "to_timestamp({}, {}) at time zone 'UTC' at time zone {}",
    "day": "to_date({}, {})",
    "whole": "{}::integer",
    "flag": "{} = {}",
    "metres": "{}::double precision",
}


def copy_all_text(
    connection: psycopg.Connection, delivery: Path, mapping: Mapping
) -> int:
    """COPY the files of the entities into all-text tables, in one transaction.

    Returns the number of rows.
    """
    count = 0
    connection.execute("create schema if not exists bench")
    with connection.transaction(), connection.cursor() as cursor:
        for name, file in _files(delivery, mapping).items():
            table = sql.Identifier("bench", name)
            with file.open(encoding=mapping.format.encoding, newline="") as text:
                header = next(csv.reader(text))
            cursor.execute(sql.SQL("drop table if exists {}").format(table))
            columns = [sql.SQL("{} text").format(sql.Identifier(h)) for h in header]
            cursor.execute(
                sql.SQL("create table {} ({})").format(
                    table, sql.SQL(", ").join(columns)
                )
            )
            statement = sql.SQL(
                "copy {} from stdin (format csv, header, encoding {})"
            ).format(table, sql.Literal(_encoding(mapping)))
            with cursor.copy(statement) as copy, file.open("rb") as rows:
                while block := rows.read(BLOCK):
                    copy.write(block)
            count += cursor.rowcount
    return count


def type_and_index(
    connection: psycopg.Connection, delivery: Path, mapping: Mapping
) -> None:
    """Make a typed table of each all-text table, with an index on its key.

    The points of the addresses get a GiST index.
    """
    for name in _files(delivery, mapping):
        fields = {field.name: field for field in ENTITIES[name].fields}
        columns = [
            sql.SQL("{} as {}").format(
                _typed(fields[ours].form, theirs, mapping), sql.Identifier(ours)
            )
            for ours, theirs in mapping.entities[name].columns.items()
        ]
        target = sql.Identifier("bench", f"typed_{name}")
        connection.execute(sql.SQL("drop table if exists {}").format(target))
        connection.execute(
            sql.SQL("create table {} as select {} from {}").format(
                target, sql.SQL(", ").join(columns), sql.Identifier("bench", name)
            )
        )
        key = sql.Identifier(ENTITIES[name].key)
        connection.execute(sql.SQL("create index on {} ({})").format(target, key))
    connection.execute(
        "create index on bench.typed_addresses using gist (st_setsrid("
        f"st_makepoint(x / {mapping.format.coordinate_scale},"
        f" y / {mapping.format.coordinate_scale}), 27700))"
    )


def _files(delivery: Path, mapping: Mapping) -> dict[str, Path]:
    files = {
        name: delivery / f"{entity.file}.csv"
        for name, entity in mapping.entities.items()
        if name != "choices" and name != "deletions"
    }
    return {name: file for name, file in files.items() if file.exists()}


def _encoding(mapping: Mapping) -> str:
    return {"cp1252": "WIN1252"}.get(mapping.format.encoding, mapping.format.encoding)


def _typed(form: str, header: str, mapping: Mapping) -> sql.Composable:
    written = mapping.format
    words = {
        "instant": (template(written.instant), written.clock),
        "day": (template(written.day),),
        "flag": (written.yes,),
    }.get(form, ())
    return sql.SQL(TYPED.get(form, "{}")).format(
        sql.Identifier(header), *map(sql.Literal, words)
    )
