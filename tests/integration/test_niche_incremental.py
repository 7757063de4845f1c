"""Staging and core of the records-management source end where a full rebuild ends,
whatever came in which order, and hold nothing that the force has deleted."""

from __future__ import annotations

from datetime import timedelta

from tests.integration import niche_day as known
from tests.integration.niche_days_after import MIDSUMMER, at, later, warehouse
from tests.integration.niche_fixtures import (
    check_against_rebuilt,
    contents,
    delete,
    deliver,
    east,
    north,
    number,
    row,
    transform,
)

__all__ = ["warehouse"]


# Views that say of when the newest extract is, or which files have landed.
OF_THE_NEWEST_EXTRACT = {
    "core.people_as_of",
    "core.niche_rms_files",
    "core.niche_rms_forces",
}


def changes(day: int) -> dict[str, list[dict]]:
    """What changed on a day: a crime elsewhere or nowhere, another class, a person
    eliminated, an address moved, a new crime with a new person, a merge."""
    key = 100 + day
    return later(
        {
            "occurrences": [
                known.occurrence(1, summary=f"Fight, a machete on day {day}"),
                known.occurrence(12, cancelled_at=f"{day:02d}/07/2025 09:00:00"),
                known.occurrence(key),
            ],
            "classifications": [
                known.classified(key, key, "8N"),
                known.classified(2, 1, ["8N", "9A", "5D"][day % 3], sequence="2"),
            ],
            "occurrence_addresses": [known.at(key, key, 1 if day % 2 else 9)],
            "addresses": [known.address(9, east(1500 - 50 * day), north(150))],
            "involvements": [
                known.involved(key, key, key, ";SUS;"),
                known.involved(3, 1, 3, ";VIC;WIT;" if day % 2 else ";VIC;"),
                known.involved(7, 2, 5, ";SUS;", eliminated_at=f"{day:02d}/07/2025"),
            ],
            "persons": [row("persons", key, sex="F")],
            "person_merges": [
                row(
                    "person_merges",
                    key,
                    surviving_person_id=5,
                    merged_person_id=key,
                    merged_at=f"{day:02d}/07/2025 10:00:00",
                )
            ],
        },
        day,
    )


def without(rows: dict[str, list[dict]], entity: str, key: int) -> dict:
    """The rows but one record."""
    kept = [one for one in rows[entity] if number(key) not in list(one.values())[:1]]
    assert len(kept) == len(rows[entity]) - 1
    return {**rows, entity: kept}


def nothing_of(number: str, tables: dict[str, list[str]], table: str) -> bool:
    """True if no row of the table names the number."""
    return not any(number in text for text in tables[table])


def test_shuffled_repeated_late_and_deleted_end_as_a_full_rebuild(warehouse) -> None:
    before = contents(warehouse)
    deliver(warehouse, changes(3), extracted_at=at(3))
    transform()
    deliver(warehouse, changes(1), extracted_at=at(1))  # late
    deliver(warehouse, changes(3), extracted_at=at(3))  # again
    deliver(warehouse, changes(2), extracted_at=at(2))
    moved = check_against_rebuilt(warehouse)
    assert moved["core.int_niche_crimes"] != before["core.int_niche_crimes"]
    # Day 3 stands, although days 1 and 2 came after it.
    assert warehouse.execute(
        "select summary, recorded_class from staging.stg_niche__occurrences"
        " inner join core.int_niche_crimes using (occurrence_id)"
        " where occurrence_id = %s order by sequence",
        (number(1),),
    ).fetchall() == [("Fight, a machete on day 3", c) for c in ("5D", "8N")]

    delete(warehouse, "occurrences", 101, at(4))
    delete(warehouse, "persons", 3, at(4))
    deliver(warehouse, changes(1), extracted_at=at(1))  # must not bring them back
    gone = check_against_rebuilt(warehouse)
    assert nothing_of("43250000101", gone, "staging.stg_niche__occurrences")
    assert nothing_of("43250000101", gone, "core.int_niche_crimes")
    assert nothing_of(number(3), gone, "staging.stg_niche__persons")
    assert nothing_of(number(3), gone, "core.dim_person")
    keys = warehouse.execute("select count(*) from ops.changed_keys")
    assert keys.fetchone() == (0,)


def test_a_full_extract_says_what_is_gone_and_touches_only_what_differs(
    warehouse,
) -> None:
    deliver(warehouse, changes(1), extracted_at=at(1))
    transform()
    everything = {**known.DELIVERY}
    for entity, rows in changes(1).items():
        replaced = {next(iter(one.values())) for one in rows}
        everything[entity] = [
            *(
                one
                for one in everything[entity]
                if next(iter(one.values())) not in replaced
            ),
            *rows,
        ]
    deliver(
        warehouse,
        without(everything, "occurrences", 9),
        "full",
        at(1) + timedelta(hours=1),
    )
    # Modified after the extract was taken: stands although the extract lacks it.
    deliver(warehouse, changes(2), extracted_at=at(2))
    # Older than the extract that lacks it: does not come back.
    deliver(warehouse, {"occurrences": [known.occurrence(9)]}, extracted_at=at(1))
    built = check_against_rebuilt(warehouse)
    assert nothing_of("43250000009", built, "staging.stg_niche__occurrences")
    assert nothing_of("43250000009", built, "core.int_niche_crimes")
    assert not nothing_of("43250000102", built, "core.int_niche_crimes")


def test_a_repeated_full_extract_changes_nothing_in_core(warehouse) -> None:
    before = contents(warehouse)
    deliver(warehouse, known.DELIVERY, "full", MIDSUMMER + timedelta(days=1))
    assert transform() == []
    after = contents(warehouse)
    assert [
        name
        for name in before
        if name.startswith("core.")
        and name not in OF_THE_NEWEST_EXTRACT
        and before[name] != after[name]
    ] == []


def test_definitions_mappings_and_linkage_reach_what_depends_on_them(warehouse) -> None:
    def crimes() -> list[tuple]:
        return warehouse.execute(
            "select recorded_class, is_serious_violence, area_id from"
            " core.int_niche_crimes where recorded_class in ('34B', '5D')"
            " order by crime_key"
        ).fetchall()

    before = crimes()
    # A line of the ground: the areas change places.
    warehouse.execute(
        "update geo.areas set geom = st_translate(geom, case area when 'Westham' then"
        " 1000 else -1000 end, 0) where area_set = 'halves'"
    )
    warehouse.execute("update geo.forces set built_at = now()")
    # A line of the mapping: an unknown code gets a term.
    warehouse.execute(
        "insert into ops.niche_terms values ('testshire', 'sexes', 'Q', 'other')"
    )
    warehouse.execute("update ops.niche_mappings set digest = 'second'")
    # Linkage finds that 3 and 6 are one.
    warehouse.execute(
        "insert into linkage.golden_ids"
        " (force, person_id, golden_id, effective_from, reason)"
        " select 'testshire', unnest(%s::text[]), 'g1', '2025-06-04', 'merged'",
        ([number(3), number(6)],),
    )
    check_against_rebuilt(warehouse)
    assert crimes() != before
    assert warehouse.execute(
        "select person_ids from core.dim_person where golden_id = 'g1'"
    ).fetchall() == [([number(3), number(6)],)]
    assert warehouse.execute(
        "select role from core.fct_involvement where golden_id = 'g1'"
        f" and occurrence_id = '{number(1)}' order by role"
    ).fetchall() == [("eliminated",), ("suspect",), ("victim",)]
    assert (
        warehouse.execute(
            "select field from core.unmapped_codes where entity = 'persons'"
        ).fetchall()
        == []
    )

    # Then that they are not.
    warehouse.execute("update linkage.golden_ids set effective_to = now()")
    check_against_rebuilt(warehouse)
    assert warehouse.execute(
        "select count(*) from core.dim_person where golden_id = 'g1'"
    ).fetchone() == (0,)
