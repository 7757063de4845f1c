"""The tables that Rasure itself keeps: deliveries, raw rows, quarantine, geography.

What dbt builds (staging, core, marts) is described in `dbt/`. Each `.sql` file here is
idempotent and is run in the order of its name; a change to a table is a new file. The
`.sql` files in a source's own package are run after these, each source in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

import psycopg

LOCK = 7_257_813  # an arbitrary number that only this function uses


def ensure(connection: psycopg.Connection) -> None:
    """Create or upgrade the schemas `ops`, `raw`, `quarantine`, `geo` and `places`.

    Safe to call at any time and from several processes: an advisory lock makes them
    take turns, and `ops.migrations` remembers which files have run.
    """
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute("create schema if not exists ops")
        connection.execute(
            "create table if not exists ops.migrations ("
            "  name text primary key, applied_at timestamptz not null default now())"
        )
        done = {
            name for (name,) in connection.execute("select name from ops.migrations")
        }
        for name, script in _scripts():
            if name in done:
                continue
            connection.execute(script)
            connection.execute("insert into ops.migrations (name) values (%s)", (name,))


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
