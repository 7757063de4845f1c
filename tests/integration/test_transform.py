"""The transform as it is run: its rules on real tables, its failures, its lock."""

from __future__ import annotations

import subprocess
import sys
import time

import psycopg
import pytest

from rasure import runs
from rasure.transform import dbt, marts, pipeline
from rasure.transform.errors import TransformFailed
from tests.integration.transform_fixtures import (
    ASB,
    Row,
    asb,
    build_ground,
    crime_id,
    deliver,
)

MONTH = ("2024-01", "street")


def test_rows_are_kept_resolved_and_reported(connection) -> None:
    build_ground(connection)
    doubled = Row(crime_id(1))
    nobody = Row(crime_id(2), None, None, "No Location", None)
    deliver(
        connection,
        {
            MONTH: [
                doubled.but(outcome="Status update unavailable"),
                doubled.but(outcome="Local resolution"),
                *[asb(310, 480)] * 4,
                nobody,
            ],
            ("2024-02", "outcomes"): [(crime_id(2), "Offender fined")],
        },
    )
    results = pipeline.run(unit_tests=True)
    assert [result.failed for result in results] == [(), (), ()]
    assert sum(result.count("unit_test") for result in results) >= 30

    def rows(query: str) -> list[tuple]:
        return connection.execute(query).fetchall()

    # Four identical rows of anti-social behaviour are four incidents.
    assert rows(
        "select crime_key from core.fct_crime where crime_type = '"
        + ASB
        + "' order by crime_key"
    ) == [(f"testshire 2024-01|asb|{number}",) for number in (3, 4, 5, 6)]
    # Of a doubled id the row with the most final outcome is kept, and counted.
    assert rows(
        "select outcome, row_number, rows_published from core.int_police_uk_crimes"
        f" where crime_id = '{crime_id(1)}'"
    ) == [("Local resolution", 2, 2)]
    assert rows(
        "select ids_doubled, rows_resolved, rows_landed from marts.data_freshness"
        " where file_kind = 'street'"
    ) == [(1, 1, 7)]
    # The outcome file tells more than the street file.
    assert rows(
        f"select outcome from core.fct_crime where crime_id = '{crime_id(2)}'"
    ) == [("Offender fined",)]
    assert rows(
        "select area_set, area, sum(crimes) from marts.area_trends"
        " group by area_set, area having sum(crimes) > 0 order by area_set, area"
    ) == [
        ("halves", "No location", 1),
        ("halves", "Westham", 5),
        ("whole", "No location", 1),
        ("whole", "Testshire", 5),
    ]
    # Each node's result is kept.
    for result in results:
        kept = rows(
            "select count(*), count(*) filter (where status in ('success', 'pass'))"
            f" from ops.dbt_runs where invocation_id = '{result.invocation_id}'"
        )
        assert kept == [(len(result.nodes), len(result.nodes))]
    assert not (dbt.PROJECT / "target").exists()
    assert not (dbt.PROJECT / "logs").exists()


def test_an_empty_warehouse_is_transformed_and_the_reader_sees_only_marts(
    database: str, cluster
) -> None:
    for _ in range(2):  # the second run replaces the tables that the first one made
        pipeline.run()
    name = database.rsplit("/", 1)[1]
    url = cluster.url(name, "rasure_reader", cluster.password)
    with psycopg.connect(url, autocommit=True) as reader:
        counted = reader.execute("select count(*) from marts.hot_places").fetchone()
        assert counted == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select count(*) from core.fct_crime")


def test_without_the_reader_role_there_is_nothing_to_grant(connection) -> None:
    assert marts.grant_readers(connection, role="nobody_of_this_name") is False


def test_a_failing_test_stops_the_transform_and_is_named(connection) -> None:
    build_ground(connection)
    deliver(connection, {MONTH: [Row(crime_id(1), crime_type="Piracy")]})
    with pytest.raises(
        TransformFailed, match="test relationships_int_police_uk_crimes_crime_type"
    ):
        pipeline.run()
    steps = connection.execute("select distinct step from ops.dbt_runs order by 1")
    assert steps.fetchall() == [("places",), ("staging",)]
    assert connection.execute("select to_regclass('marts.hot_places')").fetchone() == (
        None,
    )
    assert connection.execute(
        "select status, failures from ops.dbt_runs"
        " where node like 'relationships_int_police%'"
    ).fetchall() == [("fail", 1)]


def test_a_transform_waits_for_another_run_and_says_so(connection) -> None:
    said: list[str] = []
    with (
        runs.exclusive(connection, "designate"),
        pytest.raises(runs.RunBusy, match="has worked on this warehouse for 1 s"),
    ):
        pipeline.run(("staging",), say=said.append, wait_seconds=1)
    assert said == ["Another run is working on the models; waiting for it to end."]
    assert connection.execute("select count(*) from ops.dbt_runs").fetchone() == (0,)


def test_a_killed_transform_ends_with_its_dbt_and_the_next_takes_over(
    connection,
) -> None:
    command = "from rasure.transform import pipeline; pipeline.run(['staging'])"
    process = subprocess.Popen([sys.executable, "-c", command])
    working = (
        "select count(*) from pg_stat_activity where application_name like 'rasure%%'"
    )
    begun = "select count(*) from ops.transform_runs where 'staging' = any(steps_begun)"
    wait_for(lambda: connection.execute(begun).fetchone() == (1,))
    process.kill()
    process.wait()
    wait_for(lambda: connection.execute(working).fetchone() == (0,))
    pipeline.run(("staging",), wait_seconds=5)
    states = connection.execute("select state from ops.transform_runs order by run_id")
    assert states.fetchall() == [("abandoned",), ("succeeded",)]


def wait_for(condition, seconds: float = 60):
    give_up = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < give_up, "waited too long"
        time.sleep(0.1)
    return answer
