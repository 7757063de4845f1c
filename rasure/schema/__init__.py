"""The tables that Rasure itself keeps: deliveries, raw rows, quarantine, geography.

What dbt builds (staging, core, marts) is described in `dbt/`. Each `.sql` file here is
idempotent and is run in the order of its name; a change to a table is a new file.
"""

from __future__ import annotations

from importlib import resources

import psycopg

LOCK = 7_257_813  # an arbitrary number that only this function uses


def ensure(connection: psycopg.Connection) -> None:
    """Create or upgrade the schemas `ops`, `raw`, `quarantine`, `geo` and `places`.

    Safe to call at any time and from several processes: an advisory lock makes them
    take turns, and `ops.migrations` remembers which files have run.
    """
    files = sorted(
        (entry for entry in resources.files(__name__).iterdir()),
        key=lambda entry: entry.name,
    )
    scripts = [entry for entry in files if entry.name.endswith(".sql")]
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
        for script in scripts:
            if script.name in done:
                continue
            connection.execute(script.read_text())
            connection.execute(
                "insert into ops.migrations (name) values (%s)", (script.name,)
            )
