"""Migrations: each file once, as it was; an old release or a busy table is refused."""

from __future__ import annotations

import psycopg
import pytest

from rasure import schema
from rasure.errors import SetupError


@pytest.fixture
def scripts(monkeypatch) -> dict[str, str]:
    """The migrations of this release by name; a test may add to them or edit them."""
    scripts = dict(schema._scripts())
    monkeypatch.setattr(schema, "_scripts", lambda: iter(scripts.items()))
    return scripts


def applied(connection: psycopg.Connection) -> dict[str, str | None]:
    """The checksum of each migration that has run."""
    return dict(connection.execute("select name, sha256 from ops.migrations"))


def test_each_migration_has_a_checksum_and_none_is_missing(connection, scripts):
    assert applied(connection).keys() == scripts.keys()
    assert all(len(sha256) == 64 for sha256 in applied(connection).values())
    assert schema.missing(connection) == []


def test_an_edited_migration_is_refused_by_name(connection, scripts):
    scripts["040_places.sql"] += "create table ops.added_later (number integer);\n"
    for call in (schema.ensure, schema.missing):
        with pytest.raises(schema.MigrationEdited, match=r"040_places\.sql was edited"):
            call(connection)


def test_nothing_new_is_run_beside_an_edited_migration(connection, scripts):
    scripts["040_places.sql"] += "-- a word\n"
    scripts["999_new.sql"] = "create table ops.new_one (number integer);"
    with pytest.raises(schema.MigrationEdited):
        schema.ensure(connection)
    assert "999_new.sql" not in applied(connection)


def test_a_warehouse_from_before_checksums_gets_them_at_the_next_run(
    connection, scripts
):
    before = applied(connection)
    connection.execute("alter table ops.migrations drop column sha256")
    scripts["999_new.sql"] = "create table ops.new_one (number integer);"
    assert schema.missing(connection) == ["999_new.sql"]
    schema.ensure(connection)
    after = applied(connection)
    assert len(after.pop("999_new.sql")) == 64
    assert after == before
    scripts["999_new.sql"] += " "
    with pytest.raises(schema.MigrationEdited, match="999_new"):
        schema.ensure(connection)


def test_code_older_than_the_warehouse_is_refused(connection, scripts):
    connection.execute("insert into ops.migrations (name) values ('998_next.sql')")
    for call in (schema.ensure, schema.missing):
        with pytest.raises(schema.WarehouseIsNewer, match=r"has run 998_next\.sql"):
            call(connection)


def test_migrations_of_earlier_releases_are_known(connection, scripts):
    assert not schema.RETIRED & scripts.keys()
    for name in schema.RETIRED:
        connection.execute("insert into ops.migrations (name) values (%s)", (name,))
    schema.ensure(connection)
    assert schema.missing(connection) == []


def test_a_migration_does_not_wait_behind_a_session_that_uses_its_table(
    connection, database, scripts, monkeypatch
):
    monkeypatch.setattr(schema, "LOCK_TIMEOUT", "100ms")
    scripts["998_first.sql"] = "create table ops.first_one (number integer);"
    scripts["999_busy.sql"] = "alter table ops.deliveries add column more text;"
    with psycopg.connect(database) as landing:
        landing.execute("select count(*) from ops.deliveries")
        with pytest.raises(schema.SchemaInUse, match="Nothing was changed") as refusal:
            schema.ensure(connection)
    assert isinstance(refusal.value, SetupError)  # which a DAG tries again
    assert not {"998_first.sql", "999_busy.sql"} & applied(connection).keys()
    schema.ensure(connection)
    assert {"998_first.sql", "999_busy.sql"} <= applied(connection).keys()


def test_the_time_to_wait_for_a_table_is_that_of_migrations_only(connection, scripts):
    connection.execute("set lock_timeout = '7s'")
    scripts["999_new.sql"] = "create table ops.new_one (number integer);"
    with connection.transaction():
        schema.ensure(connection)
        assert connection.execute("show lock_timeout").fetchone() == ("7s",)
    assert connection.execute("show lock_timeout").fetchone() == ("7s",)


def test_an_empty_database_lacks_every_migration(cluster, scripts):
    with cluster.admin() as admin:
        admin.execute("create database migrations_empty owner rasure")
        try:
            url = cluster.url("migrations_empty", "rasure", cluster.password)
            with psycopg.connect(url) as connection:
                assert schema.missing(connection) == list(scripts)
        finally:
            admin.execute("drop database migrations_empty with (force)")
