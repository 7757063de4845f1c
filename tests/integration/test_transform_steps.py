"""A whole transform of a records-management force, and what it does a second time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rasure.runtime import designating
from rasure.settings import Settings
from rasure.transform import WHOLE, dbt, definitions, run_layers, running, steps
from rasure.transform.errors import TransformFailed
from rasure.transform.running import run_changes
from tests.integration import niche_day as known
from tests.integration.niche_fixtures import deliver, number, row, set_up

MIDSUMMER = datetime(2025, 6, 24, 3, 0, tzinfo=UTC)
BUILT = """
    select layer, count(*) filter (where resource_type = 'seed') > 0
    from ops.dbt_runs
    where finished_at > %s
    group by layer
    order by min(finished_at)
"""
AFTER = ("places", "people", "marts")  # what dbt builds when people are being linked


@pytest.fixture
def warehouse(connection, monkeypatch):
    """The known day, landed; its made-up force has no mapping to be written."""
    monkeypatch.setattr(running, "ensure_ground", lambda connection, say: None)
    set_up(connection)
    deliver(connection, known.DELIVERY, "full", MIDSUMMER)
    return connection


def transform(connection) -> tuple[dict[str, str], list[tuple]]:
    """Run everything; what its own steps said, and which layers loaded definitions."""
    (began,) = connection.execute("select clock_timestamp()").fetchone()
    said: list[str] = []
    run_layers(WHOLE, say=said.append)
    own = ("link", "network", "bands", "forget")
    told = dict(line.split(": ", 1) for line in said if line.split(": ")[0] in own)
    # Nothing names who changed once all is built, also what has come to staging last.
    assert told["forget"].startswith("no change is left")
    return told, connection.execute(BUILT, (began,)).fetchall()


def test_people_are_linked_and_joined_between_the_layers_once(warehouse) -> None:
    told, layers = transform(warehouse)
    assert layers == [("persons", True), *((name, False) for name in AFTER)]
    assert "new or changed" in told["link"]
    (linked,) = warehouse.execute("select count(*) from linkage.persons").fetchone()
    assert linked == 5  # the sixth is an official
    of_linkage = warehouse.execute(
        "select count(*) from core.dim_person inner join linkage.golden_ids"
        " using (golden_id) where effective_to is null"
    )
    assert of_linkage.fetchone() == (linked,)

    earlier = "create table core.{0} (occurrence_id text)"
    for name in ("int_of_before", "of_somebody_else"):
        warehouse.execute(earlier.format(name))
    warehouse.execute(
        "insert into ops.dbt_runs (invocation_id, layer, node, resource_type, status,"
        " seconds, finished_at)"
        " values ('x', 'core', 'int_of_before', 'model', 'success', 1, now())"
    )
    told, layers = transform(warehouse)
    there = "select to_regclass('core.int_of_before'), to_regclass(%s)"
    other = "core.of_somebody_else"
    assert warehouse.execute(there, (other,)).fetchone() == (None, other)
    assert layers == [(name, False) for name in ("persons", *AFTER)]
    assert told["link"] == told["bands"] == "nothing has changed"
    assert told["network"].startswith("nothing has changed")

    person = row("persons", 7, sex="F", modified_at="25/06/2025 12:00:00")
    deliver(warehouse, {"persons": [person]}, extracted_at=datetime(2025, 6, 25, 23))
    told, _ = transform(warehouse)
    assert "1 new or changed (incremental" in told["link"]
    for table in ("ops.niche_changes", "core.int_niche_changed_persons"):  # forgotten
        named = f"select count(*) from {table} where batch is not null"
        assert warehouse.execute(named).fetchone() == (0,)


def test_each_model_and_test_is_in_one_step(connection) -> None:
    kinds = ("model", "seed", "test")

    def listed(step: steps.Step) -> list[str]:
        arguments = ["--quiet", "ls", "--resource-type", *kinds]
        arguments += ["--select", *step.selectors]
        if step.excluded:
            arguments += ["--exclude", *step.excluded]
        lines: list[str] = []
        code, tail = dbt.call(Settings.load(), arguments, lines.append)
        assert code == 0, tail
        return [line for line in lines if line.startswith("rasure.")]

    (whole,) = steps.AT_ONCE
    in_steps = [listed(step) for step in steps.IN_STEPS if step.selectors]
    assert sorted(node for nodes in in_steps for node in nodes) == sorted(listed(whole))


def test_who_is_merged_at_the_source_is_one_person_until_that_is_undone(
    warehouse,
) -> None:
    transform(warehouse)
    assert golden(warehouse, 1) == golden(warehouse, 2)  # merged in the full extract
    assert len({golden(warehouse, person) for person in (1, 3, 6)}) == 3

    merge = {
        "surviving_person_id": 3,
        "merged_person_id": 6,
        "merged_at": "25/06/2025 11:00:00",
        "modified_at": "25/06/2025 12:00:00",
    }
    rows = {"person_merges": [row("person_merges", 3, **merge)]}
    deliver(warehouse, rows, extracted_at=datetime(2025, 6, 25, 23))
    transform(warehouse)
    assert golden(warehouse, 3) == golden(warehouse, 6)

    merge |= {
        "unmerged_at": "26/06/2025 11:00:00",
        "modified_at": "26/06/2025 12:00:00",
    }
    rows = {"person_merges": [row("person_merges", 3, **merge)]}
    deliver(warehouse, rows, extracted_at=datetime(2025, 6, 26, 23))
    transform(warehouse)
    assert golden(warehouse, 3) != golden(warehouse, 6)


def golden(connection, key: int) -> str:
    """Who the person of the source with that key is."""
    return connection.execute(
        "select golden_id from core.int_niche_person_ids where person_id = %s",
        (number(key),),
    ).fetchone()[0]


def test_a_day_of_data_is_designated_once(warehouse, monkeypatch) -> None:
    designated = []
    monkeypatch.setattr("rasure.places.designate_all", designated.append)
    assert designating.designate_due(warehouse)
    assert not designating.designate_due(warehouse)
    deliver(warehouse, {}, extracted_at=MIDSUMMER.replace(hour=4))
    assert not designating.designate_due(warehouse)
    deliver(warehouse, {}, extracted_at=MIDSUMMER.replace(day=25))
    assert designating.designate_due(warehouse)
    assert designating.designate_due(warehouse, always=True)
    assert len(designated) == 3


def test_models_of_published_crime_are_made_when_it_or_they_have_changed(
    warehouse, monkeypatch
) -> None:
    def nodes() -> set[str]:
        results = running.run_changes()
        return {node.node for result in results for node in result.nodes}

    assert "int_police_uk_crimes" in nodes()
    within = nodes()
    assert "int_police_uk_crimes" not in within
    assert {"fct_crime", "int_niche_crimes", "crimes"} <= within
    monkeypatch.setattr(running.definitions, "models_version", lambda: "another")
    assert "int_police_uk_crimes" in nodes()


def test_what_another_release_built_is_built_anew(warehouse, monkeypatch) -> None:
    transform(warehouse)
    told_by = "select distinct title from core.people_involvements where title = 'x'"
    spoil = "update core.people_involvements set title = 'x'"

    def anew() -> list[str]:
        said: list[str] = []
        run_changes(say=said.append)  # as Airflow does, within the same day of the data
        own = [line for line in said if "other models made what is there" in line]
        return [line.split(": ")[0] for line in own]

    warehouse.execute(spoil)
    monkeypatch.setattr(definitions, "models_version", lambda: "another")
    assert anew() == ["persons", *AFTER]
    assert warehouse.execute(told_by).fetchall() == []

    def stop(*_) -> None:
        raise TransformFailed("stopped half way")

    warehouse.execute(spoil)
    with monkeypatch.context() as changed:
        changed.setattr(definitions, "models_version", lambda: "a third")
        changed.setattr(running, "_run", stop)
        with pytest.raises(TransformFailed):
            anew()
    assert anew() == ["persons"]  # back again: what was begun is nobody's
    # what stands on rows of staging that were made anew is made anew itself
    assert warehouse.execute(told_by).fetchall() == []

    warehouse.execute(spoil)
    assert anew() == []  # by the same models: what has not changed stays as it is
    assert warehouse.execute(told_by).fetchall() == [("x",)]


def test_crimes_are_counted_again_in_every_transform(warehouse) -> None:
    warehouse.execute(
        "update ops.deliveries set window_from = '2025-01-01',"
        " extracted_at = '2025-11-01'"  # after the last crime of the known day
    )
    transform(warehouse)
    counts = "select * from core.int_crime_counts order by 1, 2, 3, 4, 5, 6"
    before = warehouse.execute(counts).fetchall()
    assert before
    warehouse.execute(
        "insert into core.int_crime_counts select distinct force, area_ids,"
        " geocode_quality, 'no type of now', is_serious_violence, month, 1, 1"
        " from core.int_crime_counts limit 1"
    )
    only = ["build", "--select", "int_niche_crimes", "--full-refresh"]
    code, tail = dbt.call(Settings.load(), only, lambda line: None)
    assert code == 0, tail
    run_changes()
    assert warehouse.execute(counts).fetchall() == before
