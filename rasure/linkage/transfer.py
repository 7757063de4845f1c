"""Rows between PostgreSQL and DuckDB, in bulk, through a private folder."""

from __future__ import annotations

from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

BLOCK = 2**20


def copy_out(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    query: sql.Composable,
    table: str,
    types: dict[str, str],
    folder: Path,
) -> None:
    """Make a DuckDB table, with columns of these types, of what a query gives."""
    file = folder / f"{table}.csv"
    statement = sql.SQL("copy ({}) to stdout (format csv, header)").format(query)
    with (
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
        file.open("wb") as target,
    ):
        for block in copy:
            target.write(block)
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
    duck.execute(
        f"create table {table} as from read_csv('{file}', header = true, delim = ',',"
        f" quote = '\"', escape = '\"', parallel = false, columns = {{{columns}}})"
    )
    file.unlink()


def copy_in(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    query: str,
    target: str,
    folder: Path,
) -> None:
    """Append what a DuckDB query gives to a table of the warehouse."""
    file = folder / "rows.csv"
    duck.execute(f"copy ({query}) to '{file}' (format csv, header false)")
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {target} from stdin (format csv)") as copy,
        file.open("rb") as source,
    ):
        while block := source.read(BLOCK):
            copy.write(block)
    file.unlink()
