"""Building again, building twice at once, a build that fails, and the command line."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from typer.testing import CliRunner

from rasure import geography, schema
from rasure.database import connect
from rasure.geography import building, forces, reference
from rasure.transform.pipeline import ensure_ground
from tests.integration.geography_fixtures import (
    command_line,
    one,
    scratch_warehouse,
    snapshot,
)

LONDON = "city-of-london"


@pytest.fixture(scope="module")
def london(cluster):
    with scratch_warehouse(cluster) as connection:
        geography.build(connection, LONDON)
        yield connection


def test_building_again_gives_the_same_rows(london):
    before = snapshot(london, LONDON)
    assert [table for table, digest in before.items() if not digest] == [
        "institutions"  # none is listed in the City
    ]
    geography.build(london, LONDON)
    assert snapshot(london, LONDON) == before
    assert one(london, "select count(*) from geo.lsoa11_codes") == 34_753


def test_a_changed_table_calls_for_a_rebuild_that_keeps_the_hexagons(
    london, monkeypatch
):
    read = forces.read_table
    before = snapshot(london, LONDON)
    hospital = {
        "force": LONDON,
        "name": "St Bartholomew's Hospital",
        "kind": "hospital",
        "easting": "531900",
        "northing": "181600",
        "radius_m": "250",
        "source": "made up",
    }

    def with_a_hospital(table):
        return read(table) + ([hospital] if table == "institutions.csv" else [])

    assert geography.is_built(london, LONDON)
    for module in (forces, reference):
        monkeypatch.setattr(module, "read_table", with_a_hospital)
    assert not geography.is_built(london, LONDON)
    geography.build(london, LONDON)
    assert geography.is_built(london, LONDON)
    after = snapshot(london, LONDON)
    assert [table for table in before if after[table] != before[table]] == [
        "institutions"
    ]
    monkeypatch.undo()
    assert not geography.is_built(london, LONDON)
    geography.build(london, LONDON)
    assert snapshot(london, LONDON) == before


def test_transform_builds_what_has_landed_and_is_out_of_date(london):
    said = []
    with london.transaction(force_rollback=True):
        london.execute(
            "with delivery as (insert into ops.deliveries (delivery_id, source,"
            " delivery, kind, state, received_at, seconds) values ('one', 'police_uk',"
            " 'one', 'full', 'landed', now(), 0) returning load_id)"
            " insert into ops.delivery_files (load_id, file, kind, force, month,"
            " sha256, bytes, encoding, rows_read, rows_landed, rows_quarantined)"
            " select load_id, 'one.csv', 'street', %s, '2024-01-01', '', 0, 'utf-8',"
            " 0, 0, 0 from delivery",
            (LONDON,),
        )
        ensure_ground(london, said.append)
        assert said == []
        london.execute("update geo.forces set tables_version = null")
        ensure_ground(london, said.append)
        assert geography.is_built(london, LONDON)
        ensure_ground(london, said.append)
    assert said == ["building the geography of city-of-london"]


def test_a_neighbour_changes_nothing(london):
    before = snapshot(london, LONDON)
    geography.build(london, "bedfordshire")
    assert snapshot(london, LONDON) == before


def test_a_build_that_fails_leaves_the_old_ground(london, monkeypatch):
    before = snapshot(london, LONDON)

    def fail(connection, institutions):
        raise RuntimeError("the power went")

    monkeypatch.setattr(building, "_insert_institutions", fail)
    with pytest.raises(RuntimeError, match="the power went"):
        geography.build(london, LONDON)
    assert snapshot(london, LONDON) == before


def test_two_builds_at_once_take_turns(london):
    before = snapshot(london, LONDON)
    london.commit()

    def build() -> None:
        with connect() as connection:
            geography.build(connection, LONDON)

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(build), both.submit(build)]:
            done.result()
    assert snapshot(london, LONDON) == before


def test_a_build_inside_a_callers_transaction_can_be_undone(london):
    before = snapshot(london, LONDON)
    with london.transaction(force_rollback=True):
        london.execute("select 1")
        geography.build(london, LONDON)
        geography.build(london, LONDON)
    assert snapshot(london, LONDON) == before


def test_unknown_force_and_area_set_are_refused_before_anything_changes(london):
    before = snapshot(london, LONDON)
    with pytest.raises(geography.UnknownForce, match="'atlantis'"):
        geography.build(london, "atlantis")
    with pytest.raises(geography.UnknownAreaSet, match="it has district"):
        geography.build(london, LONDON, "lpa12")
    assert snapshot(london, LONDON) == before


def test_the_default_area_set_can_be_chosen_and_holds(london):
    force = "thames-valley"
    geography.build(london, force, "lcu5")
    units = one(
        london,
        "select count(distinct area_id) from geo.hexagons where force = %s",
        force,
    )
    assert units == 5
    areas = [("lpa12", "Oxford"), ("lcu5", "Oxfordshire")]
    assert building._default_area_set(london, force, areas, None) == "lcu5"
    assert building._default_area_set(london, force, areas, "lpa12") == "lpa12"
    assert building._default_area_set(london, force, areas[:1], None) == "lpa12"
    assert building._default_area_set(london, "kent", areas, None) == "lpa12"
    london.execute("delete from geo.forces where force = %s", (force,))
    london.commit()


def test_commands_build_and_tell_what_is_there(london):
    geography.build(london, "bedfordshire")
    london.commit()
    assert os.environ["RASURE_DATABASE_URL"]
    result = CliRunner().invoke(command_line(), ["geography", "build", LONDON])
    assert result.exit_code == 0
    assert result.output.strip() == (
        "City of London Police (city-of-london): 3.0 km2, 1 area (district), "
        "1 district, "
        "6 LSOAs of 2011 and 0 of 2021, 72 hexagons, 0 institutions."
    )
    listed = CliRunner().invoke(command_line(), ["geography", "status", "--json"])
    rows = {row["force"]: row for row in json.loads(listed.output)}
    assert rows[LONDON]["hexagons"] == 72
    assert rows[LONDON]["lsoas_2011"] == 6
    assert rows["bedfordshire"]["areas"] == 3
    said = CliRunner().invoke(command_line(), ["geography", "status"])
    assert result.output in said.output


def test_status_of_an_empty_warehouse_says_how_to_start(cluster):
    with scratch_warehouse(cluster) as connection:
        schema.ensure(connection)
        connection.commit()
        said = CliRunner().invoke(command_line(), ["geography", "status"])
    assert (
        said.output == "No force is built yet: rasure geography build thames-valley\n"
    )


def test_forces_lists_what_can_be_built():
    said = CliRunner().invoke(command_line(), ["geography", "forces"])
    assert "thames-valley: Thames Valley Police\n" in said.output
    assert len(said.output.splitlines()) == 43
