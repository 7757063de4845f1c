"""How steps are chosen, dbt is called, and what it did is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rasure.runtime import transform_commands as commands
from rasure.settings import Settings
from rasure.transform import dbt, pipeline, results, state
from rasure.transform.errors import UnknownStep

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
def failed(tmp_path: Path) -> results.StepResult:
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


def test_the_command_names_the_steps_of_the_pipeline() -> None:
    assert commands.STEPS == pipeline.WHOLE


def test_an_unknown_step_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownStep, match=r"'mart'.*staging, link, places, people"):
        pipeline.run(("mart",))


def test_the_version_of_the_warehouse_is_that_of_all_but_the_deliveries(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each thing that a model depends on changes it; the order of files does not."""
    project = tmp_path / "dbt"
    for name in state.CODE[:-1]:
        (project / name).mkdir(parents=True)
        (project / name / "one.csv").write_text("key,valid_from\na,2020-01-01\n")
    (project / "dbt_project.yml").write_text("name: rasure")
    monkeypatch.setattr(state, "PROJECT", project)
    rows = {state.MAPPINGS: [("a", "1")], state.GEOGRAPHY: [], state.LANDED_SOURCES: []}

    class Connection:
        def execute(self, query: str) -> Connection:
            self.query = query
            return self

        def fetchall(self) -> list[tuple]:
            return rows[self.query]

    versions = [state.warehouse_version(Connection())]

    def changed() -> bool:
        versions.append(state.warehouse_version(Connection()))
        return versions[-1] not in versions[:-1]

    assert not changed()
    (project / "models" / "one.csv").write_text("another")
    assert changed()
    (project / "dbt_project.yml").write_text("name: other")
    assert changed()
    monkeypatch.setattr(state, "dbt_variables", lambda: {"half_life_months": 12})
    assert changed()
    for query in rows:
        rows[query] = [("of another", query)]
        assert changed()
    # A definition that holds from a day on: the files are the same on that day.
    (project / "seeds" / "two.csv").write_text("key,valid_from\na,2030-01-01\n")
    assert changed()

    class Later(datetime):
        @classmethod
        def now(cls, zone=None) -> datetime:
            return datetime(2031, 1, 1, tzinfo=zone)

    monkeypatch.setattr(state, "datetime", Later)
    assert changed()


def test_results_tell_what_each_node_did(failed: results.StepResult) -> None:
    first = failed.nodes[0]
    assert (first.node, first.resource_type) == ("fct_crime", "model")
    assert (first.rows_affected, first.seconds) == (7, 0.25)
    assert first.started_at == datetime(2026, 11, 21, 11, 59, tzinfo=UTC)
    assert failed.nodes[3].finished_at == NOW
    assert failed.count("model") == 1
    assert failed.skipped == 1


def test_a_failure_names_the_models_and_tests(failed: results.StepResult) -> None:
    assert results.explain(failed, Path("/home/logs/dbt.log")) == (
        "The step core failed in 2 of 4 nodes. 1 node after them was not built.\n"
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


@pytest.mark.parametrize(("step", "kept"), [("marts", False), ("staging", True)])
def test_the_command_shows_every_line_and_drops_what_pages_have_kept(
    tmp_path, monkeypatch, step, kept
) -> None:
    monkeypatch.setenv("RASURE_HOME", str(tmp_path))
    answer = tmp_path / "superset" / "cache" / "data" / "answer"
    answer.parent.mkdir(parents=True)
    answer.touch()
    lines = ("set aside: 1 file", "testshire has no ground")

    def run(steps, say, **_) -> None:
        for line in lines:
            say(line)

    monkeypatch.setattr(pipeline, "run", run)
    told = CliRunner().invoke(commands.transform_app, ["--step", step])
    assert told.output.splitlines() == list(lines)
    assert answer.exists() is kept


def test_of_what_dbt_says_only_the_end_of_a_node_is_shown() -> None:
    assert dbt.NODE_ENDED.match("3 of 18 OK created sql table model marts.crimes")
    for line in ("3 of 18 START sql table model marts.crimes", "Found 164 models"):
        assert not dbt.NODE_ENDED.match(line)
