"""Verify a backup the only way that counts: restore it, and read every row of it."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from psycopg import sql

from rasure.operations import catalogue
from rasure.operations.errors import BackupUnreadable
from rasure.operations.restoring import Say, restore
from rasure.runtime.cluster import Cluster

DATABASES = "select datname from pg_database where not datistemplate order by datname"
TABLES = """
    select namespaces.nspname, tables.relname
    from pg_class as tables
    inner join pg_namespace as namespaces on namespaces.oid = tables.relnamespace
    where tables.relkind in ('r', 'm')
        and namespaces.nspname not in ('pg_catalog', 'information_schema')
    order by 1, 2
"""
TABLES_OF_LOADS = """
    select columns.table_schema, columns.table_name
    from information_schema.columns
    inner join information_schema.tables using (table_schema, table_name)
    where columns.table_schema in ('raw', 'quarantine')
        and columns.column_name = 'load_id'
        and tables.table_type = 'BASE TABLE'
"""
# Each row of a delivery is in raw, in quarantine, was erased by a deletion, or was
# removed because a later delivery superseded it.
NOT_ACCOUNTED = """
    select deliveries.load_id
    from ops.deliveries as deliveries
    left join held on held.load_id = deliveries.load_id
    left join (
        -- a backup of an earlier release has no column rows_superseded
        select
            load_id,
            sum(
                rows_erased
                + coalesce((to_jsonb(files) ->> 'rows_superseded')::bigint, 0)
            ) as rows
        from ops.delivery_files as files
        group by load_id
    ) as gone on gone.load_id = deliveries.load_id
    where deliveries.state = 'landed'
        and deliveries.rows_read
        <> coalesce(held.rows, 0) + coalesce(gone.rows, 0)
    order by deliveries.load_id
"""


@dataclass(frozen=True)
class Count:
    """How many tables and rows a restored database has."""

    database: str
    tables: int
    rows: int


def verify(
    folder: Path,
    key_file: Path,
    say: Say,
    until: datetime | None = None,
    scratch: Path | None = None,
) -> list[Count]:
    """Restore a backup into a folder that is removed again, and count what is in it.

    Every file of the database is held against its manifest, every row is read, and the
    rows of each delivery are held against its record. Writes `verified.json` beside the
    backup. Raises `BackupUnreadable` and what `restore` raises.
    """
    folder = folder.expanduser().resolve()
    has_warehouse = catalogue.read(folder).has_warehouse
    counts: list[Count] = []

    def ask(cluster: Cluster) -> None:
        counts.extend(_counts(cluster))
        if has_warehouse:
            _check_accounts(cluster)

    with _scratch_home(scratch) as home:
        restore(folder, home, key_file, say, until, ask)
    content = {
        "verified_at": datetime.now(UTC).isoformat(),
        "databases": [asdict(count) for count in counts],
    }
    catalogue.write_through(
        folder / catalogue.VERIFIED, json.dumps(content, indent=2).encode() + b"\n"
    )
    return counts


@contextlib.contextmanager
def _scratch_home(folder: Path | None) -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="rasure-verify-", dir=folder))
    place.chmod(0o711)  # the server's user must be able to pass
    try:
        yield place / "home"
    finally:
        database = place / "home" / "postgres"
        if database.is_symlink():
            shutil.rmtree(database.resolve(), ignore_errors=True)
        shutil.rmtree(place, ignore_errors=True)


def _counts(cluster: Cluster) -> list[Count]:
    """Read every row of every table of every database."""
    with cluster.admin() as connection:
        databases = [name for (name,) in connection.execute(DATABASES)]
    counts = []
    for database in databases:
        with cluster.admin(database) as connection:
            tables = connection.execute(TABLES).fetchall()
            rows = 0
            for table in tables:
                query = sql.SQL("select count(*) from {}").format(
                    sql.Identifier(*table)
                )
                rows += connection.execute(query).fetchone()[0]
        counts.append(Count(database, len(tables), rows))
    return counts


def _check_accounts(cluster: Cluster) -> None:
    """Raise `BackupUnreadable` if rows of a delivery are missing."""
    with cluster.admin("rasure") as connection:
        tables = connection.execute(TABLES_OF_LOADS).fetchall()
        if not tables:
            return
        held = sql.SQL(" union all ").join(
            sql.SQL("select load_id from {}").format(sql.Identifier(*table))
            for table in tables
        )
        query = sql.SQL(
            "with held as (select load_id, count(*) as rows from ({}) as every_row"
            " group by load_id) {}"
        ).format(held, sql.SQL(NOT_ACCOUNTED))
        wrong = [str(load_id) for (load_id,) in connection.execute(query)]
    if wrong:
        raise BackupUnreadable(
            "The backup was restored, and rows are missing in it: the loads "
            f"{', '.join(wrong[:20])} hold fewer or more rows than `rasure deliveries` "
            "records of them. Look at the same loads in the home that was backed up."
        )
