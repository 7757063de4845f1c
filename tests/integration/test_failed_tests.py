"""A failed test of the data names force, ids and cause, and nothing of a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from rasure.transform.dbt import FailedTest
from rasure.transform.failing import records_at_fault

TABLE = '"test_1"."core"."people"'
UNIQUE = f"""
    select person_id as unique_field, count(*) as n_records from {TABLE}
    where person_id is not null group by person_id having count(*) > 1
"""
ROWS = [
    ("a", "p1", "Zebedee", "old"),
    ("a", "p1", "Zebedee", "new"),
    ("b", None, "Florence", "new"),
]


@pytest.fixture
def people(connection):
    connection.execute("create schema core")
    connection.execute(
        "create table core.people"
        " (force text, person_id text, full_name text, role text)"
    )
    with connection.cursor() as cursor:
        cursor.executemany("insert into core.people values (%s, %s, %s, %s)", ROWS)
    return connection


@pytest.mark.parametrize(
    ("test", "lines"),
    [
        (
            FailedTest("t", UNIQUE, "", "unique", "people", "person_id"),
            [
                "people.person_id has the same value in several rows",
                "force a, person_id p1",
            ],
        ),
        (
            FailedTest(
                "t",
                f"select person_id from {TABLE} where person_id is null",
                rule="not_null",
                model="people",
                column="person_id",
            ),
            ["people.person_id is empty", "force b, person_id None"],
        ),
        (
            FailedTest(
                "t",
                f"select role as value_field, count(*) from {TABLE}"
                " where role not in ('new') group by role",
                rule="accepted_values",
                model="people",
                column="role",
            ),
            [
                "people.role has a value that is none of those allowed",
                "force a, person_id p1",
            ],
        ),
        (
            FailedTest(
                "t",
                f"select * from {TABLE} where full_name like 'Z%'",
                "No name begins with Z.",
            ),
            ["No name begins with Z.", "force a, person_id p1"],
        ),
        (
            FailedTest("t", f"select full_name from {TABLE}", "Why."),
            ["Why."],
        ),
        (
            FailedTest("t", "select full_name::date from core.people", "Why."),
            ["Why.", "the records could not be read (InvalidDatetimeFormat)"],
        ),
    ],
)
def test_records_at_fault_are_named_by_force_and_id(people, test, lines):
    assert records_at_fault(people, [test]) == {"t": lines}
    assert "Zebedee" not in str(lines)


def test_the_log_of_dbt_is_ours(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("RASURE_HOME", str(tmp_path))
    monkeypatch.setenv("RASURE_DATABASE_URL", "postgresql://a:b@127.0.0.1/c")
    from rasure.settings import Settings
    from rasure.transform import dbt

    (tmp_path / "logs" / "dbt").mkdir(parents=True)
    with dbt._log_file(Settings.load(), "places") as log:
        log("1 of 2 OK")
    assert "places: 1 of 2 OK" in dbt.log_path(Settings.load()).read_text()
    variables = dbt.environment(Settings.load())
    assert variables["DBT_LOG_LEVEL_FILE"] == variables["DBT_LOG_LEVEL"] == "none"
