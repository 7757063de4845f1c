"""The values of the figures for Prometheus, against a warehouse that is known."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rasure import runs
from rasure.landing import DeliveryRejected, land
from rasure.operations import metrics
from rasure.runtime import inbox
from rasure.settings import Settings
from tests.contracts import create_table, insert
from tests.police_uk_files import archive, member, street_row, street_rows, street_text


def samples() -> dict[tuple, float]:
    """Each value of the page, by its name and the values of its labels."""
    page = metrics.page().decode()
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): (
            sample.value
        )
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


@pytest.fixture
def landed(connection, tmp_path) -> None:
    """A delivery with one row in 200 in quarantine, and one that was refused."""
    rows = [*street_rows(199), street_row(200, "2024-02")]
    land("police_uk", archive(tmp_path / "a.zip", {member(): street_text(rows)}))
    with pytest.raises(DeliveryRejected):
        land("police_uk", archive(tmp_path / "b.zip", {member(): "odd,columns\n1,2\n"}))


def test_deliveries_and_what_was_turned_away_are_counted(landed):
    values = samples()
    assert values["rasure_warehouse_up",] == 1
    assert values["rasure_deliveries", "police_uk", "landed"] == 1
    assert values["rasure_deliveries", "police_uk", "rejected"] == 1
    assert values["rasure_deliveries_refused_last_day", "police_uk"] == 1
    assert values["rasure_quarantine_ratio", "police_uk"] == pytest.approx(0.005)
    landed_at = values["rasure_last_landing_timestamp_seconds", "police_uk"]
    assert 0 <= time.time() - landed_at < 300


def test_what_has_landed_and_is_not_built_is_behind(landed):
    values = samples()
    assert values["rasure_deliveries_not_built", "police_uk"] == 1
    assert 0 < values["rasure_behind_seconds", "transform"] < 300
    assert values["rasure_behind_seconds", "publish"] == 0


def test_a_failed_run_and_a_failed_model_are_seen_until_the_next(connection):
    run_id = runs.begin(connection, "transform")
    with pytest.raises(KeyError), runs.step(connection, run_id, "staging"):
        raise KeyError
    connection.execute(
        "insert into ops.dbt_runs (invocation_id, step, node, resource_type, status,"
        " seconds, finished_at) values ('one', 'marts', 'crimes', 'model', 'error', 1,"
        " now()), ('one', 'marts', 'places', 'model', 'success', 1, now())"
    )
    values = samples()
    assert values["rasure_run_failed",] == 1
    assert values["rasure_models_failed", "model", "marts"] == 1
    with runs.exclusive(connection, "transform"):
        pass
    connection.execute(
        "insert into ops.dbt_runs (invocation_id, step, node, resource_type, status,"
        " seconds, finished_at) values ('two', 'marts', 'crimes', 'model', 'success',"
        " 1, clock_timestamp() + interval '1 second')"
    )
    values = samples()
    assert values["rasure_run_failed",] == 0
    assert values["rasure_models_failed", "model", "marts"] == 0


def test_the_age_of_the_data_is_that_of_each_force(connection):
    connection.execute("create schema if not exists marts")
    create_table(connection, "marts.data_freshness")
    for day in ("2026-03-01", "2026-03-02"):
        insert(connection, "marts.data_freshness", force="cumbria", data_as_at=day)
    insert(connection, "marts.data_freshness", force="kent")
    values = samples()
    name = "rasure_data_as_at_timestamp_seconds"
    instant = datetime.fromtimestamp(values[name, "cumbria"], UTC)
    assert instant == datetime(2026, 3, 2, tzinfo=UTC)
    assert (name, "kent") not in values


def test_deliveries_in_the_watched_folder_wait(connection, own_home, tmp_path):
    path = archive(tmp_path / "c.zip", {member(): street_text(street_rows(2))})
    inbox.offer("police_uk", path)
    values = samples()
    assert values["rasure_deliveries_waiting", "police_uk"] == 1
    assert values["rasure_deliveries_waiting", "niche_rms"] == 0
    assert 0 <= values["rasure_delivery_waiting_seconds", "police_uk"] < 60
    assert values["rasure_disk_free_bytes", "home"] > 0


def test_no_backup_is_said_as_one_of_long_ago(connection):
    values = samples()
    assert values["rasure_backup_timestamp_seconds",] == 0
    assert values["rasure_backup_verified_timestamp_seconds",] == 0


def test_a_failed_run_of_a_dag_is_seen_until_the_next(connection, monkeypatch):
    url = Settings.load().database_url
    monkeypatch.setattr(Settings, "role_url", lambda *names, **options: url)
    assert ("rasure_dag_failed", "publish") not in samples()
    connection.execute(
        "create table dag_run (dag_id text, state text, end_date timestamptz)"
    )
    for day, state in enumerate(("success", "failed", "running"), start=1):
        connection.execute(
            "insert into dag_run values ('publish', %s, %s)", (state, f"2026-03-0{day}")
        )
        wanted = {"success": 0, "failed": 1, "running": 1}[state]
        assert samples()["rasure_dag_failed", "publish"] == wanted


def test_the_room_for_deliveries_is_told_apart(connection):
    inbox.folder("police_uk").mkdir(parents=True)
    assert samples()["rasure_disk_free_bytes", "landing"] > 0
