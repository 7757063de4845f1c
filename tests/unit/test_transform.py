"""How a layer is chosen, dbt is called, and what it did is told."""

from __future__ import annotations

import importlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rasure.settings import Settings
from rasure.transform import LAYERS, WHOLE, dbt, results, steps
from rasure.transform.errors import UnknownLayer
from rasure.transform.layers import selection

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def node(unique_id: str, status: str, **more) -> dict:
    return {
        "unique_id": unique_id,
        "status": status,
        "execution_time": 0.25,
        "timing": [],
        "adapter_response": {},
        "failures": None,
        "message": None,
        **more,
    }


@pytest.fixture
def failed(tmp_path: Path) -> results.LayerResult:
    path = tmp_path / "run_results.json"
    executed = {
        "name": "execute",
        "started_at": "2026-11-21T11:59:00.000000Z",
        "completed_at": "2026-11-21T11:59:01.500000Z",
    }
    content = {
        "metadata": {"invocation_id": "abc"},
        "results": [
            node(
                "model.rasure.fct_crime",
                "success",
                timing=[executed],
                adapter_response={"rows_affected": 7},
            ),
            node("model.rasure.dim_place", "error", message="Database Error\n  no ink"),
            node("test.rasure.unique_outcomes_outcome.1a2b", "fail", failures=3),
            node("model.rasure.hot_places", "skipped"),
        ],
    }
    path.write_text(json.dumps(content))
    return results.read(path, "core", 2.5, NOW)


def test_the_whole_is_staging_core_and_marts_in_this_order() -> None:
    assert WHOLE == ("staging", "core", "marts")
    assert selection("staging") == ("path:seeds", "path:models/staging")


def test_published_crime_alone_is_one_call_of_dbt() -> None:
    (step,) = steps.whole({"police_uk"})
    assert (step.name, step.selectors) == ("whole", ("path:seeds", "path:models"))
    assert steps.whole({"police_uk"}, is_new_day=False) == (step,)
    assert steps.whole({"police_uk"}, is_published_same=True) == (step,)


def test_within_a_day_of_the_data_the_line_leaves_out_what_is_done_once_a_day() -> None:
    landed = {"niche_rms"}
    within = steps.whole(landed, is_new_day=False)
    names = "persons link places bands people erasure marts forget"
    assert [step.name for step in within] == names.split()
    assert all("tag:daily" in step.excluded for step in within if step.selectors)
    assert not any("tag:daily" in step.excluded for step in steps.whole(landed))


def test_models_of_published_crime_are_left_out_while_that_is_the_same() -> None:
    left_out = {"path:models/staging/police_uk", "path:models/core/police_uk"}
    for step in steps.whole({"niche_rms", "police_uk"}, is_published_same=True):
        assert left_out <= set(step.excluded) or not step.selectors


def test_people_are_linked_between_what_linkage_reads_and_what_names_them() -> None:
    landed = {"niche_rms", "police_uk"}
    order = "persons link places bands people erasure network marts forget"
    assert [step.name for step in steps.whole(landed)] == order.split()
    by_name = {step.name: step for step in steps.whole(landed)}
    read_by_linkage = {"+person_records", "+person_merges"}
    assert read_by_linkage <= set(by_name["persons"].selectors)
    assert {*read_by_linkage, steps.NAMING} == set(by_name["places"].excluded)
    assert {step.name for step in by_name.values() if step.is_beside} == {
        "link",
        "network",
    }
    for step in by_name.values():  # what a step names is there to be called
        if step.work:
            module, function = step.work.split(":")
            assert callable(getattr(importlib.import_module(module), function))


def test_an_unknown_layer_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownLayer, match=r"'mart'.*staging, core, marts, hot_places"):
        selection("mart")
    known = ["staging", "core", "marts", "hot_places", "people", "whole"]
    assert list(LAYERS) == known


def test_results_tell_what_each_node_did(failed: results.LayerResult) -> None:
    first = failed.nodes[0]
    assert (first.node, first.resource_type) == ("fct_crime", "model")
    assert (first.rows_affected, first.seconds) == (7, 0.25)
    assert first.started_at == datetime(2026, 11, 21, 11, 59, tzinfo=UTC)
    assert failed.nodes[3].finished_at == NOW
    assert failed.count("model") == 1
    assert failed.skipped == 1


def test_a_failure_names_the_models_and_tests(failed: results.LayerResult) -> None:
    assert results.explain(failed, Path("/home/logs/dbt.log")) == (
        "The core layer failed in 2 of 4 nodes. 1 node after them was not built.\n"
        "  model dim_place: Database Error no ink\n"
        "  test unique_outcomes_outcome: 3 rows\n"
        "The whole story is in /home/logs/dbt.log; put it right and run "
        "`rasure transform` again."
    )


def test_dbt_gets_its_connection_from_the_url_and_writes_to_the_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = "postgresql://us%40er:p%2Fw%3A@db.example:6543/ware%20house"
    monkeypatch.setenv("RASURE_DATABASE_URL", url)
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=9s")
    environment = dbt.environment(Settings(home=tmp_path))
    assert environment["RASURE_DBT_HOST"] == "db.example"
    assert environment["RASURE_DBT_PORT"] == "6543"
    assert environment["RASURE_DBT_USER"] == "us@er"
    assert environment["RASURE_DBT_PASSWORD"] == "p/w:"
    assert environment["RASURE_DBT_DBNAME"] == "ware house"
    assert environment["PGOPTIONS"].startswith(
        "-c statement_timeout=9s -c timezone=UTC"
    )
    for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH"):
        assert Path(environment[name]).is_relative_to(tmp_path)
