"""COPY a file's good rows into its raw table, and the others into quarantine."""

from __future__ import annotations

import re
from contextlib import suppress

import psycopg

from rasure.landing.errors import ValueRefused, sentence
from rasure.landing.store import Attempt, LandedFile

BLOCK = 2**19


def copy_file(
    connection: psycopg.Connection, attempt: Attempt, load_id: int, file: LandedFile
) -> None:
    """Copy a file's good rows into its raw table, then delete its file of them.

    Raises `ValueRefused` when PostgreSQL cannot type a value that DuckDB could.
    """
    begin_new_file(connection, f"raw.{file.kind.table}")
    columns = ", ".join(column.name for column in file.kind.copied_columns)
    # The columns that come before those of the file are filled by their defaults.
    connection.execute("create temporary sequence if not exists row_number cache 10000")
    connection.execute(
        "select setval('pg_temp.row_number', 1, false),"
        " set_config('rasure.load_id', %s, true),"
        " set_config('rasure.file_id', %s, true)",
        (str(load_id), str(file.file_id)),
    )
    if file.rows.is_text:
        form = f"header, force_null ({columns})"
    else:
        emptied = ["emptied_fields"] if file.kind.emptying_rules else []
        columns = ", ".join(["row_number", *emptied, *file.kind.added, columns])
        form = "header false"
    statement = (
        f"copy raw.{file.kind.table} ({columns}) from stdin (format csv, {form})"
    )
    try:
        with connection.cursor() as cursor:
            with (
                cursor.copy(statement) as copy,
                file.rows.good.open("rb") as good,
            ):
                while block := good.read(BLOCK):
                    copy.write(block)
            copied = cursor.rowcount
    except psycopg.DataError as error:
        raise ValueRefused(
            sentence(
                attempt.delivery,
                "values of the column's type",
                f"one that is not ({error.sqlstate})",
                "This should have been quarantined; add a row rule for it.",
                file=file.unpacked.path,
                column=_header_of(error, file),
            )
        ) from None
    if copied != file.rows.landed:
        raise ValueRefused(
            sentence(
                attempt.delivery,
                f"{file.rows.landed:,} rows",
                f"{copied:,} when they were copied",
                "Two readers disagree about its fields; nothing of it was kept.",
                file=file.unpacked.path,
            )
        )
    file.rows.good.unlink()


def begin_new_file(connection: psycopg.Connection, table: str) -> None:
    """Give an empty table a new file on disk, so that what is copied there need not go
    through the write-ahead log too (`wal_level` minimal). Does nothing while somebody
    else uses the table.
    """
    is_empty = f"select not exists (select 1 from {table})"
    if not connection.execute(is_empty).fetchone()[0]:
        return
    with suppress(psycopg.errors.LockNotAvailable), connection.transaction() as attempt:
        connection.execute(f"lock table {table} in access exclusive mode nowait")
        if not connection.execute(is_empty).fetchone()[0]:  # filled in the meantime
            raise psycopg.Rollback(attempt)
        connection.execute(f"truncate {table}")


def _header_of(error: psycopg.DataError, file: LandedFile) -> str | None:
    """The file's name of the column that PostgreSQL names in its context, which also
    holds the value."""
    named = re.search(r"column (\w+):", error.diag.context or "")
    headers = {column.name: column.header for column in file.kind.columns}
    return headers.get(named[1]) if named else None


def copy_quarantine(
    connection: psycopg.Connection, load_id: int, files: list[LandedFile]
) -> None:
    """Copy the rows at fault into quarantine, with every reason and, where records have
    a key, the key and the protective values of each row whose fields could be read."""
    for file in files:
        if not file.rows.quarantined:
            continue
        names = ["load_id", "file_id", "row_number", "reasons", "original"]
        if file.kind.key:
            names += ["record_id", *file.kind.protective]
        unread = [None] * len(file.kind.identity)
        columns = ", ".join(names)
        statement = f"copy quarantine.{file.kind.table} ({columns}) from stdin"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for number, reasons, original in file.rows.quarantined:
                row = [load_id, file.file_id, number, reasons, original]
                row += file.rows.identities.get(number, unread)
                copy.write_row(row)


def take_back(connection: psycopg.Connection, files: list[LandedFile]) -> None:
    """Delete the rows of files that were copied before the gate set them aside."""
    for file in files:
        connection.execute(
            f"delete from raw.{file.kind.table} where file_id = %s", (file.file_id,)
        )
