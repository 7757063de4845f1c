"""The tables that Rasure itself keeps: deliveries, raw rows, quarantine, geography.

What dbt builds (staging, core, marts) is described in `dbt/`. Each `.sql` file here, a
migration, is run once in the order of its name; a change to a table is a new file. The
`.sql` files in a source's own package are run after these, each source in turn.

`ops.migrations` holds the checksum of each file that has run. A file that was edited
since is refused, because homes that ran it before the edit would differ from homes that
run it after. Code that is older than the warehouse is refused too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

import psycopg

from rasure.errors import SetupError

LOCK = 7_257_813  # an arbitrary number that only this function uses
# A migration that waits for a table makes every other session wait for it too.
LOCK_TIMEOUT = "30s"

# What earlier releases ran and this one has no more: a warehouse may know these names.
RETIRED = frozenset(
    {
        "021_copied_as_published.sql",
        "075_niche_transform.sql",
        "080_linkage.sql",
        "081_linkage_pairs.sql",
        "095_steps.sql",
        "096_linkage_delta.sql",
        "097_cell_names.sql",
        "098_linkage_blocks.sql",
        "099_linkage_leave_blocks.sql",
    }
)


class MigrationEdited(SetupError):
    """A migration that has run in this warehouse was changed afterwards."""


class WarehouseIsNewer(SetupError):
    """The warehouse has run migrations that this release of Rasure does not have."""


class SchemaInUse(SetupError):
    """A migration did not get a table that it changes; nothing was changed."""


def ensure(connection: psycopg.Connection) -> None:
    """Create or upgrade the schemas `ops`, `raw`, `quarantine`, `geo` and `places`.

    Safe to call at any time and from several processes: an advisory lock makes them
    take turns, and `ops.migrations` remembers which files have run. Raises
    `MigrationEdited`, `WarehouseIsNewer` and `SchemaInUse`; nothing is changed then.
    """
    try:
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
            _ensure_migrations_table(connection)
            _run_missing(connection)
    except psycopg.errors.LockNotAvailable as error:
        raise SchemaInUse(
            "The tables of the warehouse need a change, and another session has used "
            f"one of them for more than {LOCK_TIMEOUT}. Nothing was changed. Let the "
            "landing or the transform end, and run the command again."
        ) from error


def missing(connection: psycopg.Connection) -> list[str]:
    """The names of the migrations that this warehouse has yet to run; changes nothing.

    Raises `MigrationEdited` and `WarehouseIsNewer`.
    """
    done: set[str] = set()
    if _has_table(connection):
        done = _check(connection)
    return [name for name, _ in _scripts() if name not in done]


def _ensure_migrations_table(connection: psycopg.Connection) -> None:
    connection.execute("create schema if not exists ops")
    connection.execute(
        "create table if not exists ops.migrations ("
        "  name text primary key, applied_at timestamptz not null default now())"
    )
    if not _has_checksums(connection):
        connection.execute("alter table ops.migrations add column sha256 text")


def _has_table(connection: psycopg.Connection) -> bool:
    row = connection.execute("select to_regclass('ops.migrations')").fetchone()
    return row != (None,)


def _has_checksums(connection: psycopg.Connection) -> bool:
    (has_column,) = connection.execute(
        "select exists (select from pg_attribute where attname = 'sha256'"
        " and attrelid = 'ops.migrations'::regclass and not attisdropped)"
    ).fetchone()
    return has_column


def _run_missing(connection: psycopg.Connection) -> None:
    done = _check(connection)
    _add_checksums(connection)
    scripts = [(name, script) for name, script in _scripts() if name not in done]
    if not scripts:
        return
    (usual,) = connection.execute("show lock_timeout").fetchone()
    connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
    for name, script in scripts:
        connection.execute(script)
        connection.execute(
            "insert into ops.migrations (name, sha256) values (%s, %s)",
            (name, _checksum(script)),
        )
    connection.execute(f"set local lock_timeout = '{usual}'")


def _check(connection: psycopg.Connection) -> set[str]:
    """The names of the migrations that have run, once they are held against the files.

    Raises `MigrationEdited` and `WarehouseIsNewer`.
    """
    checksum = "sha256" if _has_checksums(connection) else "null"
    rows = connection.execute(
        f"select name, {checksum}, applied_at from ops.migrations order by name"
    ).fetchall()
    scripts = dict(_scripts())
    unknown = [name for name, _, _ in rows if name not in RETIRED | scripts.keys()]
    if unknown:
        raise WarehouseIsNewer(
            "The warehouse was upgraded by a newer release of Rasure: it has run "
            f"{', '.join(unknown)}, which this release does not have. Use the newer "
            "release, or restore a backup from before its upgrade."
        )
    for name, sha256, applied_at in rows:
        if sha256 and name in scripts and sha256 != _checksum(scripts[name]):
            raise MigrationEdited(
                f"The migration {name} was edited after this warehouse ran it on "
                f"{applied_at:%Y-%m-%d}. Put the file back as it was, and make the "
                "change in a new file."
            )
    return {name for name, _, _ in rows}


def _add_checksums(connection: psycopg.Connection) -> None:
    """Keep the checksum of each migration that ran before there were checksums."""
    rows = connection.execute("select name from ops.migrations where sha256 is null")
    without = {name for (name,) in rows}
    for name, script in _scripts():
        if name in without:
            connection.execute(
                "update ops.migrations set sha256 = %s where name = %s",
                (_checksum(script), name),
            )


def _checksum(script: str) -> str:
    return hashlib.sha256(script.encode()).hexdigest()


def _scripts() -> Iterator[tuple[str, str]]:
    """The name and the text of each `.sql` file, in the order in which they are run.

    A file of a source is named `<source>/<file>`.
    """
    yield from _scripts_in(resources.files(__name__))
    sources = resources.files("rasure").joinpath("sources")
    for source in sorted(sources.iterdir(), key=lambda folder: folder.name):
        if source.is_dir():
            yield from _scripts_in(source, f"{source.name}/")


def _scripts_in(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The `.sql` files of one folder, their names with `prefix`."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".sql"):
            yield prefix + entry.name, entry.read_text()
