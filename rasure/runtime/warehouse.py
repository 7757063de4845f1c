"""The databases and roles of a home: the warehouse, its reader, two metadata stores."""

from __future__ import annotations

import psycopg
from psycopg import sql

from rasure import schema
from rasure.errors import SetupError
from rasure.runtime.cluster import Cluster, make_role
from rasure.runtime.home import READERS
from rasure.settings import Settings

OWNERS = ("rasure", "airflow", "superset")
DONE = "set up, with readers of people"  # another text: older homes are set up again


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
    with cluster.admin("rasure") as connection:
        connection.execute("create extension if not exists postgis")
        for reader in READERS:
            role = f"alter role {reader}"
            connection.execute(f"{role} set default_transaction_read_only = on")
            connection.execute(f"{role} set statement_timeout = '60s'")
    with cluster.admin() as connection:
        connection.execute(f"comment on role rasure is '{DONE}'")


def _is_done(connection: psycopg.Connection) -> bool:
    answer = connection.execute(
        "select shobj_description(oid, 'pg_authid') from pg_roles "
        "where rolname = 'rasure'"
    ).fetchone()
    return answer == (DONE,)


def prepare_schema(settings: Settings) -> None:
    """Create or upgrade the tables that Rasure itself keeps in the warehouse."""
    try:
        with psycopg.connect(
            settings.database_url,
            connect_timeout=10,
            options="-c timezone=UTC -c client_min_messages=warning",
        ) as connection:
            schema.ensure(connection)
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
