"""A warehouse of the release before linkage's tables were one file upgrades with its
data."""

from __future__ import annotations

from pathlib import Path

import pytest

from rasure import schema
from rasure.linkage.reviews import decide_pair
from tests.integration.linkage_fixtures import FORCE, Records

BEFORE = Path(__file__).with_name("linkage_before.sql")
FILE = "092_linkage.sql"
OLD_FILES = (
    "080_linkage.sql",
    "081_linkage_pairs.sql",
    "096_linkage_delta.sql",
    "098_linkage_blocks.sql",
    "099_linkage_leave_blocks.sql",
)
TABLES = (
    *("models", "term_frequencies", "runs", "crowded_blocks", "persons", "golden_ids"),
    *("pairs", "reviews", "disturbed", "blocks"),
)
# Columns, constraints, indexes, triggers and functions of the schema, in words.
DESCRIPTION = """
    select table_name, column_name, data_type, is_nullable, column_default
    from information_schema.columns where table_schema = 'linkage'
    union all
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
    from pg_constraint where connamespace = 'linkage'::regnamespace
    union all
    select tablename, indexname, indexdef, '', ''
    from pg_indexes where schemaname = 'linkage'
    union all
    select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', ''
    from pg_trigger where tgrelid::regclass::text like 'linkage.%' and not tgisinternal
    union all
    select proname, pg_get_function_identity_arguments(oid), md5(prosrc), '', ''
    from pg_proc where pronamespace = 'linkage'::regnamespace
    order by 1, 2, 3
"""


@pytest.fixture
def records(connection) -> Records:
    """Two records of one person and a stranger, with a decision, linked."""
    records = Records(connection)
    records.add(1, "Daniel", "Hartigan")
    records.add(2, "Daniel", "Hartigan")
    records.add(3, "Grace", "Okafor", postcode="SL1 1AA")
    records.link()
    decide_pair(connection, (FORCE, "2"), (FORCE, "3"), "rejected", "A Reviewer")
    return records


def go_back(records: Records) -> dict[str, list[tuple]]:
    """Put the tables of before in place of today's, with the rows that were in those;
    returns the rows."""
    connection = records.connection
    connection.execute("alter schema linkage rename to later")
    connection.execute(BEFORE.read_text())
    kept = {}
    for table in TABLES:
        columns = ", ".join(
            name
            for (name,) in connection.execute(
                "select column_name from information_schema.columns"
                " where table_schema = 'linkage' and table_name = %s"
                " order by ordinal_position",
                (table,),
            )
        )
        connection.execute(
            f"insert into linkage.{table} ({columns}) overriding system value"
            f" select {columns} from later.{table}"
        )
        query = f"select {columns} from linkage.{table} order by 1, 2"
        if table == "crowded_blocks":
            query = "select block from linkage.crowded_blocks order by 1"
        kept[query] = connection.execute(query).fetchall()
    connection.execute(
        "select setval(pg_get_serial_sequence('linkage.' || name, key), 1000)"
        " from (values ('models', 'model_id'), ('runs', 'run_id'),"
        " ('reviews', 'review_id'), ('disturbed', 'number')) as keys (name, key)"
    )
    connection.execute("drop schema later cascade")
    connection.execute("delete from ops.migrations where name = %s", (FILE,))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.migrations (name) values (%s)",
            [(name,) for name in OLD_FILES],
        )
    return kept


def test_a_warehouse_of_the_release_before_upgrades_with_its_data(records):
    connection = records.connection
    today = connection.execute(DESCRIPTION).fetchall()
    records.add(4, "Grace", "Okafor", postcode="SL1 1AA")
    records.link()
    kept = go_back(records)
    assert connection.execute(DESCRIPTION).fetchall() != today

    schema.ensure(connection)
    assert connection.execute(DESCRIPTION).fetchall() == today
    for query, rows in kept.items():
        assert rows or "crowded" in query or "disturbed" in query, query
        assert connection.execute(query).fetchall() == rows

    records.add(5, "Daniel", "Hartigan")
    records.remove(2)
    records.erase(2)
    records.link()
    assert records.groups() == [["1", "5"], ["3", "4"]]
    everything = records.kept()
    assert records.link("rescore").kind == "rescored"
    assert records.kept() == everything


def test_the_file_may_run_again(records):
    before = records.kept()
    records.connection.execute("delete from ops.migrations where name = %s", (FILE,))
    schema.ensure(records.connection)
    assert records.kept() == before
