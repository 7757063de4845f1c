"""The databases and roles of a home: warehouse, its readers, two metadata databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

from rasure import schema
from rasure.errors import SetupError
from rasure.runtime.cluster import make_role
from rasure.runtime.home import READERS
from rasure.settings import Settings

OWNERS = ("rasure", "airflow", "superset")
READERS_SQL = Path(__file__).with_name("readers.sql")
# A comment on the role `rasure`. If you change this text, older homes are set up again.
DONE = "set up, with readers who read only marts and a log that holds no value"
# readers.sql revokes all of them together. The one checked was added last.
READERS_MAY_DO_MORE = """
    select exists (
        select from pg_roles
        where rolname = any(%s)
            and has_function_privilege(
                oid, 'pg_catalog.pg_get_viewdef(oid)', 'execute'
            )
    )
"""


class Server(Protocol):
    """A PostgreSQL server of which we are the administrator."""

    def admin(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of the superuser, in autocommit mode."""


def set_passwords(cluster: Server, settings: Settings) -> None:
    """Create the roles that are missing; give each the password of the settings."""
    with cluster.admin() as connection:
        for role in (*OWNERS, *READERS):
            make_role(connection, role, settings.secrets["postgres"][role])


def prepare_cluster(cluster: Server, settings: Settings) -> None:
    """Create the roles and databases of a server of ours; can be repeated.

    Only its owner may connect to a database; the readers may connect to the warehouse
    too. Only owners may create anything in `public`.
    """
    with cluster.admin() as connection:
        rows = connection.execute("select datname from pg_database").fetchall()
        databases = {name for (name,) in rows}
        if databases.issuperset(OWNERS) and _is_done(connection):
            return
        set_passwords(cluster, settings)
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
        # readers.sql revokes rights in the warehouse only, so close the other databases
        connection.execute("revoke connect on database postgres, template1 from public")
        # an error message or its statement may hold a value of a person's record
        for setting in ("log_min_messages = fatal", "log_min_error_statement = panic"):
            connection.execute(f"alter database rasure set {setting}")
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


def prepare_schema(settings: Settings, say: Callable[[str], None]) -> None:
    """Create or upgrade the tables that Rasure itself keeps in the warehouse.

    On a server of which we are not the administrator the readers may have more rights
    than reading; `say` then says how to revoke them. Raises `SetupError`.
    """
    try:
        with psycopg.connect(
            settings.database_url,
            connect_timeout=10,
            options="-c timezone=UTC -c client_min_messages=warning",
        ) as connection:
            schema.ensure(connection)
            (may_do_more,) = connection.execute(
                READERS_MAY_DO_MORE, [list(READERS)]
            ).fetchone()
            if may_do_more:
                say(
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
