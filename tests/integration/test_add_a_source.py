"""A new source is its own folders and one line of the registry, and no other file."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rasure.geography.forces import tables_version
from rasure.settings import CHECKOUT
from tests.integration.transform_fixtures import GROUND

SOURCE = Path(__file__).resolve().parents[1] / "fixtures" / "transit_police"
LINE = (
    "    - {name: transit_police, title: Transit police, knows: instants,"
    " gives: [forces, crimes, places]}\n"
)
FORCE = "cumbria"  # a force that landing knows, on the made-up ground of the tests
PARTS = ("rasure", "dbt", "expectations")  # of a checkout: what lands and transforms
HEADER = "Reference,Category,From,To,Reported,Station,Easting,Northing"
VIOLENCE = "Violence and sexual offences"


def files_in(folder: Path) -> set[Path]:
    """Every file under a folder, relative to it; what Python compiles is left out."""
    return {
        path.relative_to(folder)
        for part in PARTS
        for path in (folder / part).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout to which the transit police have been added."""
    copy = tmp_path / "checkout"
    for part in PARTS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(CHECKOUT / part, copy / part, ignore=ignored)
    shutil.copytree(SOURCE, copy, dirs_exist_ok=True)
    project = copy / "dbt" / "dbt_project.yml"
    lines = project.read_text().splitlines(keepends=True)
    lines.insert(lines.index("  sources:\n") + 1, LINE)
    project.write_text("".join(lines))
    return copy


def rasure(checkout: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the command line of that checkout."""
    return subprocess.run(
        [sys.executable, "-c", "from rasure.cli import main; main()", *arguments],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )


def daily_file(day: str, crimes: int) -> str:
    """A file of one day: violence at one station, at ten minutes to midnight."""
    rows = [
        f"T{day}-{number},{VIOLENCE},{day}T22:5{number % 10}:00+00:00,"
        f"{day}T22:5{number % 10}:00+00:00,{day}T23:30:00+00:00,"
        f"Westham Station,450300,200500"
        for number in range(crimes)
    ]
    rows.append(
        f"T{day}-theft,Other theft,{day}T08:00:00+00:00,{day}T09:00:00+00:00,"
        f"{day}T10:00:00+00:00,Eastham Station,451300,200500"
    )
    return "\n".join([HEADER, *rows]) + "\n"


def deliver(folder: Path, day: str, content: str, name: str | None = None) -> Path:
    """A delivery of one day's file with its manifest."""
    name = name or f"transit-{FORCE}-{day}.csv"
    delivery = folder / f"transit-{day}"
    delivery.mkdir()
    (delivery / name).write_text(content)
    manifest = {
        "source": "transit_police",
        "kind": "delta",
        "extracted_at": f"{day}T23:55:00+00:00",
        "files": [{"path": name}],
    }
    (delivery / "manifest.json").write_text(json.dumps(manifest))
    return delivery


def build_ground(connection) -> None:
    """The made-up ground, as that of a force whose files may be landed."""
    connection.execute(GROUND.replace("'testshire", f"'{FORCE}"))
    connection.execute(
        "update geo.forces set tables_version = %s", (tables_version(FORCE),)
    )


def test_a_new_source_is_its_folders_and_one_line(checkout: Path) -> None:
    added = {path.relative_to(SOURCE) for path in SOURCE.rglob("*") if path.is_file()}
    added = {path for path in added if "__pycache__" not in path.parts}
    assert all("transit_police" in str(path) for path in added)
    assert files_in(checkout) - files_in(CHECKOUT) == added
    changed = {
        path
        for path in files_in(CHECKOUT)
        if not filecmp.cmp(CHECKOUT / path, checkout / path, shallow=False)
    }
    assert changed == {Path("dbt/dbt_project.yml")}
    before = (CHECKOUT / "dbt/dbt_project.yml").read_text()
    after = (checkout / "dbt/dbt_project.yml").read_text()
    assert after.replace(LINE, "", 1) == before
    assert LINE in (CHECKOUT / "docs/add_a_source.md").read_text()


def test_crimes_of_a_new_source_are_seen_everywhere(
    connection, checkout: Path, tmp_path: Path
) -> None:
    def rows(query: str) -> list[tuple]:
        return connection.execute(query).fetchall()

    build_ground(connection)
    bad_row = f"T9,{VIOLENCE},yesterday,,,Westham Station,450300,200500\n"
    for day, content in (
        ("2025-06-20", daily_file("2025-06-20", 12)),
        ("2025-06-21", daily_file("2025-06-21", 30) + bad_row),
    ):
        landed = rasure(
            checkout, "land", "transit_police", str(deliver(tmp_path, day, content))
        )
        assert landed.returncode == 0, landed.stderr
    transformed = rasure(checkout, "transform")
    assert transformed.returncode == 0, transformed.stdout + transformed.stderr

    # Hot places: one cell, named by the station.
    assert rows("select force, place_name, crimes, rank from marts.hot_places") == [
        (FORCE, "Westham Station, Westham", 42, 1)
    ]
    # Hot times: Friday and Saturday at 23:00 by the local clock, in summer.
    assert rows(
        "select weekday, hour, weight from marts.hot_times"
        " where level = 'force' and weight > 0 order by 1"
    ) == [("Fri", 23, 12), ("Sat", 23, 30)]
    # The page of crimes.
    dataset = (CHECKOUT / "superset/assets/datasets/crimes.sql").read_text()
    assert rows(
        "select crime_type, count(*), count(*) filter (where is_in_place_scope)"
        " from marts.crimes group by 1 order by 1"
    ) == [("Other theft", 2, 0), (VIOLENCE, 42, 42)]
    assert rows(
        "select operational_date::text, count(*) from marts.crimes"
        " group by 1 order by 1"
    ) == [("2025-06-20", 13), ("2025-06-21", 31)]
    assert rows(
        f"select place, count(*) from ({dataset}) as page group by 1 order by 1"
    ) == [
        ("1. Westham Station, Westham", 42),
        (None, 2),
    ]
    # Data quality.
    assert rows(
        "select force, source, source_title, file_kind, files, rows_landed,"
        " rows_quarantined, as_at = '2025-06-21 23:55+00', late_after::text"
        " from marts.data_freshness"
    ) == [
        (
            FORCE,
            "transit_police",
            "Transit police",
            "crimes",
            2,
            44,
            1,
            True,
            "48:00:00",
        )
    ]
    assert {
        reason.split(":")[0]
        for (reason,) in rows(
            "select reason from marts.quarantine_summary"
            " where source = 'transit_police'"
        )
    } == {"From", "To", "Reported"}
    assert rows("select distinct quality from marts.geocode_quality") == [("good",)]

    # A model that breaks its contract is refused.
    model = checkout / "dbt/models/core/transit_police/transit_police_crimes.sql"
    model.write_text(
        model.read_text()
        .replace("coalesce(types.harm_days, 0)", "types.harm_days::text")
        .replace("true as is_time_known", "true as is_time_sure")
    )
    refused = rasure(checkout, "transform", "--step", "places")
    assert refused.returncode != 0
    assert (
        "Source transit_police, model transit_police_crimes: column harm_days: expected"
        " numeric, found text; column is_time_known: expected boolean, found none;"
        " column is_time_sure: expected no such column, found boolean."
    ) in refused.stderr
