"""The mart of crimes ends where a full rebuild ends, after deltas and designations."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.integration import niche_day as known
from tests.integration.niche_fixtures import delete, deliver, number, set_up, transform

MARTS = ("+crimes", "+area_now", "+place_profile", "+force_freshness")
DESIGNATION = """
    insert into places.designations (
        designation_id, force, definition_version, data_from, data_to,
        coverage_percent, method, hexagons, hot_spots, area_km2, crimes_captured,
        crimes_total, valid_from, parameters
    )
    values ('v1', 'testshire', '1', '2025-06-01', '2025-06-30', 1, 'made up', 1, 1,
        0.04, 1, 1, '2025-07-01', '{}');
    insert into places.hot_spots
    select 'v1', 'spot', 'High Street', 1, 0.04, 1, st_multi(geom)
    from geo.hexagons where hexagon_id = $hexagon$;
    insert into places.designated_hexagons values ('v1', $hexagon$, 1, 'spot');
"""


def build(full_refresh: bool = False, tests: bool = False) -> None:
    """Build the marts of this test and all that they are made of."""
    transform(full_refresh, tests, unit_tests=False, selection=MARTS)


def marts(connection) -> dict[str, list[str]]:
    """Every row of each mart as sorted text."""
    return {
        mart: sorted(
            text
            for (text,) in connection.execute(f"select t::text from marts.{mart} as t")
        )
        for mart in ("crimes", "area_now", "place_counts", "place_profile")
    }


def test_incremental_ends_as_a_full_rebuild(connection) -> None:
    set_up(connection)
    deliver(connection, known.DELIVERY, "full", datetime(2025, 6, 24, tzinfo=UTC))
    build(tests=True)
    crimes, hexagon = connection.execute(
        "select count(*), min(hexagon_id) filter (where occurrence_id = %s)"
        " from marts.crimes",
        (number(1),),
    ).fetchone()
    assert (
        crimes
        == connection.execute("select count(*) from core.int_niche_crimes").fetchone()[
            0
        ]
    )

    # A new crime, another class, a deletion; and a cell is designated.
    rows = {
        "occurrences": [known.occurrence(101, beat="Westham 2")],
        "classifications": [
            known.classified(101, 101, "8N"),
            known.classified(14, 12, "8N"),
        ],
        "occurrence_addresses": [known.at(101, 101, 1)],
    }
    stamp = "01/07/2025 12:00:00"
    late = {
        entity: [{**one, "modified_at": stamp} for one in those]
        for entity, those in rows.items()
    }
    deliver(connection, late, extracted_at=datetime(2025, 7, 1, 22, tzinfo=UTC))
    delete(connection, "occurrences", 9, datetime(2025, 7, 2, tzinfo=UTC))
    connection.execute(DESIGNATION.replace("$hexagon$", f"'{hexagon}'"))
    build()
    built = marts(connection)
    at_hexagon = connection.execute(
        "select occurrence_number, hot_spot_name, is_designated from marts.crimes"
        " where hexagon_id = %s order by 1",
        (hexagon,),
    ).fetchall()
    assert ("43250000001", "High Street", True) in at_hexagon  # did not change itself
    assert ("43250000101", "High Street", True) in at_hexagon
    assert not any("43250000009" in row for row in built["crimes"])
    beats = "select occurrence_id, beat from marts.crimes where beat is not null"
    assert connection.execute(beats).fetchall() == [(number(101), "Westham 2")]
    assert connection.execute(
        "select offence_title from marts.crimes where occurrence_id = %s", (number(12),)
    ).fetchall() == [("Assault with injury",)]

    build(full_refresh=True)
    rebuilt = marts(connection)
    assert [mart for mart in built if built[mart] != rebuilt[mart]] == []
    # The way back: no crime is in a place that is no longer designated.
    connection.execute("update places.designations set valid_to = valid_from")
    build()
    assert connection.execute(
        "select count(*) from marts.crimes where is_designated"
        " or hot_spot_name is not null"
    ).fetchone() == (0,)
