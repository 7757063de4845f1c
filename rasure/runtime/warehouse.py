"""The databases and roles of a home: the warehouse, its reader, two metadata stores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from rasure import schema
from rasure.errors import SetupError
from rasure.runtime.cluster import Cluster, make_role
from rasure.runtime.home import READERS
from rasure.settings import Settings

OWNERS = ("rasure", "airflow", "superset")
READERS_SQL = Path(__file__).with_name("readers.sql")
# another text: older homes are set up again
DONE = "set up, with readers who only read and a log that holds no value"
# set_config stands for all that readers.sql takes from them
MAY_DO_MORE = """
    select exists (
        select from pg_roles
        where rolname = any(%s)
            and has_function_privilege(
                oid, 'pg_catalog.set_config(text, text, boolean)', 'execute'
            )
    )
"""


def prepare_cluster(cluster: Cluster, settings: Settings) -> None:
    """Make the roles and databases of the private cluster; again changes nothing.

    Nobody but a database's owner may connect to it, except the readers to the
    warehouse; nobody but owners may make anything in `public`.
    """
    passwords = settings.secrets["postgres"]
    with cluster.admin() as connection:
        known = connection.execute("select datname from pg_database").fetchall()
        databases = {name for (name,) in known}
        if databases.issuperset(OWNERS) and _is_done(connection):
            return
        for role in (*OWNERS, *READERS):
            make_role(connection, role, passwords[role])
        for name in OWNERS:
            database = sql.Identifier(name)
            if name not in databases:
                connection.execute(
                    sql.SQL("create database {} owner {}").format(database, database)
                )
            connection.execute(
                sql.SQL("revoke connect on database {} from public").format(database)
            )
        for reader in READERS:
            connection.execute(f"grant connect on database rasure to {reader}")
        # what readers.sql takes from them is theirs in every other database
        connection.execute("revoke connect on database postgres, template1 from public")
        # what PostgreSQL says of a value that it cannot take holds that value
        for told in ("log_min_messages = fatal", "log_min_error_statement = panic"):
            connection.execute(f"alter database rasure set {told}")
    with cluster.admin("rasure") as connection:
        connection.execute("create extension if not exists postgis")
        connection.execute(READERS_SQL.read_text())
    with cluster.admin() as connection:
        connection.execute(f"comment on role rasure is '{DONE}'")


def _is_done(connection: psycopg.Connection) -> bool:
    answer = connection.execute(
        "select shobj_description(oid, 'pg_authid') from pg_roles "
        "where rolname = 'rasure'"
    ).fetchone()
    return answer == (DONE,)


def prepare_schema(settings: Settings, tell: Callable[[str], None]) -> None:
    """Create or upgrade the tables that Rasure itself keeps in the warehouse, and tell
    of readers that may do more than read (on a server whose administrator we are not).
    """
    try:
        with psycopg.connect(
            settings.database_url,
            connect_timeout=10,
            options="-c timezone=UTC -c client_min_messages=warning",
        ) as connection:
            schema.ensure(connection)
            (is_open,) = connection.execute(MAY_DO_MORE, [list(READERS)]).fetchone()
            if is_open:
                tell(
                    "The readers of the warehouse may do more than read. Have an "
                    "administrator run this in its database, once: "
                    f"psql -f {READERS_SQL}"
                )
    except psycopg.OperationalError as error:
        raise SetupError(
            "The warehouse does not answer. Check RASURE_DATABASE_URL (or "
            "`database_url` in the home's settings.toml): "
            f"{str(error).strip().splitlines()[-1]}"
        ) from error
    except psycopg.errors.FeatureNotSupported as error:
        raise SetupError(
            "The warehouse's server has no PostGIS. Install it there, for Debian "
            "the package postgresql-<version>-postgis-3."
        ) from error
