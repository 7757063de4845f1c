"""A delivery through real Airflow: dropped, landed, modelled, designated, published.

And a bad one: it fails at once, alone, and says why where an operator looks.
"""

from __future__ import annotations

import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rasure.instruments.demo.follow import RunFailed, follow_line, log_of
from rasure.sources import NAMES

LINE = ["ingest_police_uk", "transform", "designate", "publish"]


@pytest.fixture
def airflow(home):
    with home.airflow() as client:
        yield client


def counts(home) -> list[tuple]:
    return home.query(
        "select (select count(*) from raw.police_uk_street), "
        "(select count(*) from core.fct_crime), "
        "(select count(*) from marts.hot_places), "
        "(select count(*) from ops.deliveries where state = 'landed')"
    )


def landed_row(home, name: str) -> tuple:
    rows = home.query(
        "select state, rows_read, rows_landed, rows_quarantined, error "
        f"from ops.deliveries where delivery like '{name}%'"
    )
    assert len(rows) == 1
    return rows[0]


def test_a_dropped_delivery_goes_through_the_whole_line(home, airflow):
    state, read, landed, quarantined, _ = landed_row(home, "west-yorkshire")
    assert (state, read) == ("landed", 87348)
    assert landed + quarantined == read
    ((raw, crimes, hot_places, _),) = counts(home)
    assert raw == landed
    assert 0 < crimes <= landed
    assert hot_places > 1000
    assert home.query("select count(*) > 0 from marts.hot_places where is_designated")[
        0
    ][0]
    for dag_id in LINE:
        states = [run["state"] for run in airflow.runs(dag_id)]
        assert "success" in states, dag_id


def test_the_dags_that_run_are_the_ones_of_the_checkout(airflow):
    ingest = {f"ingest_{source}" for source in NAMES}
    assert set(airflow.dags()) == ingest | {*LINE, "retention"}
    assert airflow.call("GET", "/importErrors")["total_entries"] == 0


def test_the_demo_ends_with_addresses_logins_and_counts(home):
    output = home.demo.stdout
    assert "87,348 rows read = " in output
    assert f"{home.url('superset')}/superset/dashboard/serious-violence/" in output
    assert home.url("airflow") in output
    assert home.password("superset", "officer") in output
    assert "hot places" in output


def test_the_demo_again_lands_nothing_and_is_quick(home):
    before = counts(home)
    began = time.monotonic()
    again = home.run("demo", "--police-uk")
    assert again.returncode == 0, again.stderr
    assert "was landed and published before; nothing to do" in again.stderr
    assert time.monotonic() - began < 30
    assert counts(home) == before


def test_a_bad_delivery_fails_at_once_and_stops_the_line(home, airflow, tmp_path):
    before = counts(home)
    runs_before = {dag_id: len(airflow.runs(dag_id)) for dag_id in LINE[1:]}
    folder = home.settings.landing / "police_uk"
    began = datetime.now(UTC).isoformat()
    broken(folder / "broken.zip")
    (folder / "broken.zip.ready").touch()

    with pytest.raises(RunFailed, match="land_delivery 1 failed") as caught:
        follow_line(airflow, "ingest_police_uk", began, print, patience=120)

    run = airflow.runs("ingest_police_uk", began)[0]
    task = next(
        one
        for one in airflow.tasks("ingest_police_uk", run["dag_run_id"])
        if one["task_id"] == "land_delivery"
    )
    reason = (folder / "broken.zip.rejected").read_text()
    assert "delivery broken.zip" in reason
    assert task["state"] == "failed"
    assert task["try_number"] == 1
    assert run["note"].startswith("land_delivery: ")
    assert reason in run["note"]
    assert reason in str(caught.value)
    assert reason in airflow.log(task)
    assert not (folder / "broken.zip.ready").exists()
    assert landed_row(home, "broken.zip")[0] == "rejected"
    time.sleep(5)
    assert counts(home) == before
    for dag_id, count in runs_before.items():
        assert len(airflow.runs(dag_id)) == count, dag_id


def test_a_delivery_can_be_given_by_hand(home, airflow):
    folder = home.settings.landing / "police_uk"
    given = folder / "by_hand.zip"
    broken(given)
    began = datetime.now(UTC).isoformat()
    run_id = airflow.trigger("ingest_police_uk", path=str(given))
    with pytest.raises(RunFailed, match=r"delivery by_hand\.zip") as caught:
        follow_line(airflow, "ingest_police_uk", began, print, patience=120)
    task = airflow.tasks("ingest_police_uk", run_id)[-1]
    assert log_of(task) in str(caught.value)
    assert "by_hand.zip" in Path(log_of(task)).read_text()
    assert [path.name for path in folder.glob("by_hand*")] == ["by_hand.zip"]


def test_a_path_out_of_the_watched_folder_is_not_read(home, airflow):
    began = datetime.now(UTC).isoformat()
    before = counts(home)
    airflow.trigger("ingest_police_uk", path=str(home.folder / "secrets.toml"))
    with pytest.raises(RunFailed, match="leads elsewhere"):
        follow_line(airflow, "ingest_police_uk", began, print, patience=120)
    assert counts(home) == before


def broken(path: Path) -> None:
    """A ZIP archive that was cut off while it was copied."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2024-01/2024-01-thames-valley-street.csv", "a,b\n" * 1000)
    path.write_bytes(path.read_bytes()[:-100])
