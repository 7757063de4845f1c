"""A full rebuild and an incremental run end in the same tables, row for row."""

from __future__ import annotations

from itertools import pairwise

from rasure.transform import pipeline
from tests.integration.transform_fixtures import (
    Row,
    asb,
    build_ground,
    crime_id,
    deliver,
    withdraw,
)

MONTHS = ("2023-11", "2024-01", "2024-02", "2024-03", "2024-05", "2024-06")


def month_of_crime(month: str, version: str) -> list[Row]:
    """A month's file: violence on a street and at the hospital, theft, ASB, a double,
    rows without a position; `version` tells one release of the month from another."""
    number = MONTHS.index(month) * 100
    count = 4 + len(version)
    street = [
        Row(crime_id(number + i), 300 + 5 * (i % 3), 500, outcome="Under investigation")
        for i in range(count)
    ]
    hospital = [
        Row(crime_id(number + 20 + i), 1800, 800, "On or near Hospital", None)
        for i in range(2)
    ]
    theft = [
        Row(
            crime_id(number + 40 + i),
            1200,
            300 + i,
            crime_type="Other theft",
            lsoa_code="E01000002",
        )
        for i in range(len(version))
    ]
    double = street[0].but(outcome="Unable to prosecute suspect")
    nowhere = Row(crime_id(number + 60), None, None, "No Location", None)
    return [*street, asb(310, 480), asb(310, 480), *hospital, *theft, double, nowhere]


OLD = {
    ("2024-01", "street"): month_of_crime("2024-01", "a"),
    ("2024-02", "street"): month_of_crime("2024-02", "a"),
    ("2024-03", "street"): month_of_crime("2024-03", "a"),
}
NEW = {
    ("2024-02", "street"): month_of_crime("2024-02", "bbb"),
    ("2024-05", "street"): month_of_crime("2024-05", "b"),
    ("2024-06", "street"): month_of_crime("2024-06", "b"),
}
LATE = {
    ("2023-11", "street"): month_of_crime("2023-11", "c"),
    ("2024-06", "outcomes"): [
        (crime_id(101), "Offender given a caution"),
        (crime_id(102), "Suspect charged"),
        (crime_id(102), "Offender sent to prison"),
    ],
}


def tables(connection) -> dict[str, list[str]]:
    """Every row of every table of core and marts, as sorted text."""
    names = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_schema in ('core', 'marts') and table_type = 'BASE TABLE'"
    ).fetchall()
    return {
        name: sorted(
            row for (row,) in connection.execute(f"select t::text from {name} as t")
        )
        for (name,) in names
    }


def different_tables(built: dict, rebuilt: dict) -> list[str]:
    assert built.keys() == rebuilt.keys()
    return [name for name in built if built[name] != rebuilt[name]]


def test_incremental_runs_end_where_a_full_rebuild_does(connection) -> None:
    build_ground(connection)
    seen = []
    for delivery in (OLD, NEW, LATE):
        deliver(connection, delivery)
        pipeline.run()
        seen.append(tables(connection))
    # There is something to compare: each run changed the facts.
    assert all(
        a["core.int_police_uk_crimes"] != b["core.int_police_uk_crimes"]
        for a, b in pairwise(seen)
    )
    assert all(
        seen[-1][name] for name in ("marts.hot_places", "core.int_police_uk_places")
    )

    pipeline.run(full_refresh=True)
    assert different_tables(seen[-1], tables(connection)) == []


def test_a_withdrawn_delivery_and_changed_ground_leave_nothing_behind(
    connection,
) -> None:
    build_ground(connection)
    deliver(connection, LATE)
    newer = deliver(connection, NEW)
    deliver(connection, OLD)  # the older month, landed last, stands
    pipeline.run()
    before = tables(connection)

    withdraw(connection, newer)
    connection.execute("delete from geo.institutions")
    pipeline.run()
    after = tables(connection)
    pipeline.run(full_refresh=True)
    assert different_tables(after, tables(connection)) == []

    changed = different_tables(before, after)
    assert {
        "core.int_police_uk_crimes",
        "core.int_police_uk_places",
        "marts.area_trends",
    } <= set(changed)
