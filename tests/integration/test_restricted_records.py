"""A restricted occurrence is counted and has no row anywhere that a reader reads; and
every time that a page shows is that of the force's clock."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from rasure import geography
from rasure.transform import marts, pipeline
from rasure_superset import FOLDER
from rasure_superset.assets import bundle as assets
from tests.integration.niche_day import DELIVERY as KNOWN_DAY
from tests.integration.niche_day import at, classified, involved, occurrence
from tests.integration.niche_fixtures import deliver, number, row, set_up

EXTRACTED = datetime(2025, 6, 24, 3, 0, tzinfo=UTC)
OPEN, RESTRICTED, NOT_CLASSIFIED, SUMMER = 201, 202, 203, 204
CARRIED = (211, 212, 213)  # knife offences of one man, the last in a restricted record
HIDDEN = (RESTRICTED, NOT_CLASSIFIED, 213)
KNIFE = "10D"


def crime(key: int, offence: str = "5D", **values) -> dict[str, list[dict]]:
    """A crime in High Street with its classification."""
    return {
        "occurrences": [occurrence(key, **values)],
        "classifications": [classified(key, key, offence)],
        "occurrence_addresses": [at(key, key, 1)],
    }


def delivery() -> dict[str, list[dict]]:
    """The crimes of this test, at the addresses of the known day."""
    added = [
        crime(OPEN, access_domain="General"),
        crime(RESTRICTED, access_domain="Restricted"),
        crime(NOT_CLASSIFIED, access_domain="Special branch"),
        crime(
            SUMMER,
            occurred_from="15/06/2025 00:30:00",
            occurred_to="15/06/2025 00:30:00",
            reported_at="15/06/2025 01:05:00",
        ),
    ]
    for place, key in enumerate(CARRIED):
        day = f"0{place + 1}/05/2025"
        domain = "Restricted" if key in HIDDEN else "General"
        added.append(
            crime(
                key,
                KNIFE,
                occurred_from=f"{day} 20:00:00",
                occurred_to=f"{day} 20:00:00",
                reported_at=f"{day} 20:10:00",
                recorded_at=f"{day} 20:20:00",
                access_domain=domain,
            )
        )
    rows = {entity: [] for entity in KNOWN_DAY}
    rows["addresses"] = KNOWN_DAY["addresses"]
    for one in added:
        for entity, entity_rows in one.items():
            rows[entity] += entity_rows
    rows["persons"] = [row("persons", 210, date_of_birth="02/01/1990", sex="M")]
    rows["involvements"] = [
        involved(key, key, 210, ";CHG;", created_at="01/05/2025 21:00:00")
        for key in CARRIED
    ]
    return rows


@pytest.fixture(scope="module")
def warehouse(cluster, tmp_path_factory):
    """A connection to a warehouse with that delivery transformed."""
    url = cluster.url("restricted", "rasure", cluster.password)
    with pytest.MonkeyPatch.context() as patch, cluster.admin() as admin:
        patch.setenv("RASURE_HOME", str(tmp_path_factory.mktemp("restricted")))
        patch.setenv("RASURE_DATABASE_URL", url)
        patch.setattr(geography, "is_built", lambda connection, force: True)
        admin.execute("create database restricted template rasure owner rasure")
        with psycopg.connect(url, autocommit=True) as connection:
            set_up(connection)
            deliver(connection, delivery(), "full", EXTRACTED)
            connection.execute("update ops.deliveries set window_from = '2025-04-01'")
            pipeline.run()
            yield connection
        admin.execute("drop database restricted with (force)")


@pytest.fixture(scope="module")
def readable(warehouse) -> dict[str, list[str]]:
    """Every row that a reader may select, as text, by its relation or dataset."""
    schemas = {schema for readable in marts.READERS.values() for schema in readable}
    names = warehouse.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_schema = any(%s) order by 1",
        (list(schemas),),
    ).fetchall()
    sources = {name: name for (name,) in names}
    for dataset in assets.load(FOLDER / "assets").datasets.values():
        sources[dataset.file] = dataset.source.replace("%", "%%")
    return {
        name: [
            text
            for (text,) in warehouse.execute(f"select given::text from {source} given")
        ]
        if " as source" not in source
        else [
            text for (text,) in warehouse.execute(f"select source::text from {source}")
        ]
        for name, source in sources.items()
    }


def test_no_row_names_a_restricted_occurrence(readable):
    for key in HIDDEN:
        for words in (number(key), f"4325{key:07d}"):
            telling = [name for name, rows in readable.items() if words in str(rows)]
            assert telling == [], key
    assert f"4325{OPEN:07d}" in str(readable["marts.crimes"])


def test_restricted_crimes_count_where_they_tell_nobody(warehouse):
    total, restricted = warehouse.execute(
        "select crimes, crimes_restricted from marts.restricted_crimes"
    ).fetchone()
    assert restricted == len(HIDDEN)
    listed = warehouse.execute("select count(*) from marts.crimes").fetchone()[0]
    assert listed == total - restricted
    by_area = warehouse.execute(
        "select sum(crimes) from marts.area_trends where area_set = 'halves'"
    ).fetchone()[0]
    counted = warehouse.execute("select count(*) from core.fct_crime").fetchone()[0]
    assert by_area == counted
    hexagon, ranked = warehouse.execute(
        "select hexagon_id, crimes from marts.hot_places order by rank limit 1"
    ).fetchone()
    in_list = warehouse.execute(
        "select count(*) from marts.crimes where hexagon_id = %s and is_in_place_scope",
        (hexagon,),
    ).fetchone()[0]
    assert ranked == in_list + 2  # the rank of a place counts them


def test_the_crimes_of_a_place_are_those_of_its_list(warehouse):
    for figures in (
        "select hexagon_id, sum(crimes) from marts.place_months"
        " where is_serious_violence group by 1",
        "select hexagon_id, max(crimes_six_years) from marts.place_counts"
        " where patrol_window = 'all' and crimes_six_years > 0 group by 1",
    ):
        listed = warehouse.execute(
            "select hexagon_id, count(*) from marts.crimes where is_in_place_scope"
            " group by 1 order by 1"
        ).fetchall()
        assert sorted(warehouse.execute(figures).fetchall()) == listed, figures


def test_a_listed_person_is_told_how_many_records_are_not_shown(warehouse):
    person, not_shown = warehouse.execute(
        "select person_id, restricted_at_risk from marts_people.person_profile"
        " where is_at_risk"
    ).fetchone()
    shown = warehouse.execute(
        "select count(distinct occurrence_number) from marts_people.person_evidence"
        " where person_id = %s",
        (person,),
    ).fetchone()[0]
    assert (shown, not_shown) == (2, 1)


def test_every_time_of_a_page_is_that_of_the_forces_clock(warehouse):
    assert warehouse.execute(
        "select occurred_from::text, reported_at::text, operational_date::text"
        " from marts.crimes where occurrence_number = %s",
        (f"4325{SUMMER:07d}",),
    ).fetchone() == ("2025-06-15 00:30:00", "2025-06-15 01:05:00", "2025-06-14")
    with_zone = []
    for dataset in assets.load(FOLDER / "assets").datasets.values():
        source = dataset.source.replace("%", "%%")
        for column in dataset.content["columns"]:
            expression = column.get("expression") or column["column_name"]
            answer = warehouse.execute(f"select {expression} from {source} limit 0")
            if (
                answer.description[0].type_code
                == psycopg.adapters.types["timestamptz"].oid
            ):
                with_zone.append(f"{dataset.file}: {column['column_name']}")
    assert with_zone == []
