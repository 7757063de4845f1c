"""The roles that read the warehouse: what they may do, what one request may take."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from rasure.runtime import limits
from tests.integration import service_fixtures

home = service_fixtures.made  # no test here stops its database


@pytest.mark.parametrize("role", ["rasure_reader", "rasure_people_reader"])
def test_the_readers_own_nothing_and_may_not_write(home, role):
    with psycopg.connect(home.reader_url(role)) as reader:
        with pytest.raises(psycopg.Error):
            reader.execute("create table public.mine (number int)")
        reader.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select * from ops.deliveries")
    for other in ("airflow", "superset", "postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(home.reader_url(role, other))
    assert home.query(
        f"select count(*) from pg_class where relowner = '{role}'::regrole"
    ) == [(0,)]
    assert home.query("show data_checksums") == [("on",)]
    assert home.query("show fsync") == [("on",)]


@pytest.mark.parametrize("role", ["rasure_reader", "rasure_people_reader"])
@pytest.mark.parametrize(
    "call",
    [
        "set_config('rasure.username', 'another', false)",
        "set_config('statement_timeout', '0', false)",
        "query_to_xml('select 1', true, false, '')",
        "database_to_xml(true, false, '')",
        "schema_to_xmlschema('public', true, false, '')",
        "table_to_xml_and_xmlschema('pg_class', true, false, '')",
        "cursor_to_xml('c', 1, true, false, '')",
        "ts_stat('select to_tsvector(''a'')')",
        "ts_rewrite('a'::tsquery, 'select ''a''::tsquery, ''b''::tsquery')",
        "pg_stat_get_activity(null)",
        "pg_stat_get_backend_activity(1)",
        "public.st_estimatedextent('core', 'int_niche_positions', 'geom')",
        "public.st_findextent('core', 'int_niche_positions', 'geom')",
        "public._postgis_index_extent(1259::regclass, 'geom')",
        "public._postgis_stats('pg_class'::regclass, 'oid')",
        "public.find_srid('geo', 'hexagons', 'geom')",
        "pg_relation_size(1259::regclass)",
        "pg_total_relation_size(1259::regclass)",
        "pg_stat_get_live_tuples(1259)",
        "pg_stat_get_db_tuples_inserted(1)",
        "pg_get_viewdef(1259)",
        "pg_get_functiondef(1259)",
        "pg_lock_status()",
        "pg_notify('a', 'b')",
        "pg_current_xact_id()",
        "pg_advisory_lock(1)",
        "pg_try_advisory_xact_lock_shared(1, 2)",
        "pg_sleep(0)",
        "pg_terminate_backend(1)",
        "lo_create(0)",
    ],
)
def test_the_readers_may_not_call_what_does_more_than_read(home, role, call):
    with (
        psycopg.connect(home.reader_url(role)) as reader,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="for function"),
    ):
        reader.execute(f"select {call}")
    assert home.query("select set_config('rasure.load_id', '1', true)") == [("1",)]


# They say only what the catalogue says, or ask who owns the table or may read it.
HARMLESS = {
    *("brin_desummarize_range", "brin_summarize_new_values", "brin_summarize_range"),
    *("gin_clean_pending_list", "pg_extension_config_dump", "pg_nextoid"),
    *("currval", "nextval", "setval", "regclassout", "regclasssend"),
    *("pg_column_is_updatable", "pg_relation_is_updatable"),
    *("pg_get_replica_identity_index", "pg_relation_is_publishable"),
    *("pg_index_column_has_property", "pg_index_has_property"),
    *("pg_partition_ancestors", "pg_partition_root", "pg_partition_tree"),
}
MAY_TELL = """
    select distinct functions.proname
    from pg_proc as functions
    inner join pg_namespace as schemas on functions.pronamespace = schemas.oid
    where schemas.nspname in ('pg_catalog', 'public')
        and 'regclass'::regtype = any(functions.proargtypes)
        and has_function_privilege('rasure_reader', functions.oid, 'execute')
"""


def test_no_function_tells_a_reader_of_a_table_that_it_is_given(home):
    assert {name for (name,) in home.query(MAY_TELL)} <= HARMLESS


@pytest.mark.parametrize(
    "query",
    [
        "select * from pg_stat_all_tables",
        "select * from pg_stat_activity",
        "select * from pg_stat_database",
        "select * from pg_locks",
        "select * from pg_statistic",
        "select definition from pg_views",
        "select count(*) from ops.deliveries",
    ],
)
def test_the_views_of_the_server_tell_a_reader_nothing_of_others(home, query):
    with (
        psycopg.connect(home.reader_url("rasure_reader")) as reader,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        reader.execute(query)


def test_statistics_of_values_are_of_the_readers_own_tables(home):
    with psycopg.connect(home.reader_url("rasure_reader")) as reader:
        schemas = reader.execute(
            "select distinct schemaname from pg_stats"
            " where schemaname not in ('pg_catalog', 'information_schema', 'marts')"
        ).fetchall()
    assert schemas in ([], [("public",)])  # public: spatial_ref_sys


def test_a_readers_session_is_bounded_in_time_and_room(home):
    with psycopg.connect(home.reader_url("rasure_reader")) as reader:
        for setting, value in (
            ("statement_timeout", "1min"),
            ("temp_file_limit", "2GB"),
            ("default_transaction_read_only", "on"),
            ("idle_in_transaction_session_timeout", "1min"),
        ):
            assert reader.execute(f"show {setting}").fetchone() == (value,), setting
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("set temp_file_limit = -1")
        reader.rollback()
        with pytest.raises(psycopg.Error):
            reader.execute("set transaction read write; create temp table mine ()")


def test_one_session_cannot_take_the_machines_memory(home):
    limits_text = Path(f"/proc/{home.service('postgres')['pid']}/limits").read_text()
    line = next(
        line for line in limits_text.splitlines() if "Max address space" in line
    )
    assert line.split()[3] == str(limits.memory_limit() // 1024 * 1024)


def test_the_log_of_the_database_holds_no_value(home):
    with pytest.raises(psycopg.DataError):
        home.query("select 'Zebedee'::text::integer")
    reader = psycopg.connect(home.reader_url("rasure_people_reader"))
    with reader, pytest.raises(psycopg.Error):
        reader.execute("select 'Zebedee' from marts_people.nothing")
    log = (home.folder / "logs" / "postgres.log").read_text()
    assert "listening on" in log
    assert "Zebedee" not in log
