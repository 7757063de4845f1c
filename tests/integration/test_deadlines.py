"""A run that has not finished in time is kept in `ops.missed_deadlines`, once."""

from __future__ import annotations

import psycopg


def test_a_missed_deadline_is_kept_once(database, tmp_path, monkeypatch):
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "airflow"))
    from rasure.runtime.orchestration import deadline, record_missed_deadline

    alert = deadline(minutes=30)
    assert alert.callback.path == (
        "rasure.runtime.orchestration.record_missed_deadline"
    )
    context = {
        "dag_run": {"dag_id": "transform", "dag_run_id": "manual__1"},
        "deadline": {"id": "1", "deadline_time": "2026-11-21T20:00:00+00:00"},
    }
    record_missed_deadline(context)
    record_missed_deadline(context)
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "select dag_id, run_id, deadline_at at time zone 'UTC' "
            "from ops.missed_deadlines"
        ).fetchall()
    assert [(dag, run, str(at)) for dag, run, at in rows] == [
        ("transform", "manual__1", "2026-11-21 20:00:00")
    ]
