"""A whole transform of a records-management force, and what it does a second time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rasure import geography
from rasure.places import definition
from rasure.runtime import designating
from rasure.settings import Settings
from rasure.transform import dbt, pipeline
from rasure.transform.errors import TransformFailed, TransformUnfinished
from tests.integration import niche_day as known
from tests.integration.niche_days_after import at, later
from tests.integration.niche_fixtures import deliver, number, row, set_up
from tests.integration.whole_transforms import (
    equals_full_refresh,
    keys,
    transform,
    version_is,
    warehouse,
)

__all__ = ["warehouse"]

MIDSUMMER = datetime(2025, 6, 24, 3, 0, tzinfo=UTC)
SEEDS_BUILT = """
    select distinct step from ops.dbt_runs
    where finished_at > %s and resource_type = 'seed'
"""


@pytest.fixture
def landed(connection, monkeypatch):
    """The known day, landed and not transformed."""
    monkeypatch.setattr(geography, "is_built", lambda connection, force: True)
    set_up(connection)
    deliver(connection, known.DELIVERY, "full", MIDSUMMER)
    return connection


def test_people_are_linked_and_joined_and_the_second_time_nothing_is(landed) -> None:
    warehouse = landed
    (began,) = warehouse.execute("select clock_timestamp()").fetchone()
    said = transform()
    assert warehouse.execute(SEEDS_BUILT, (began,)).fetchall() == [("staging",)]
    assert any("new or changed" in line for line in said)
    (linked,) = warehouse.execute("select count(*) from linkage.persons").fetchone()
    assert linked == 5  # the sixth is an official
    of_linkage = warehouse.execute(
        "select count(*) from core.dim_person inner join linkage.golden_ids"
        " using (golden_id) where effective_to is null"
    )
    assert of_linkage.fetchone() == (linked,)

    (began,) = warehouse.execute("select clock_timestamp()").fetchone()
    said = transform()
    assert warehouse.execute(SEEDS_BUILT, (began,)).fetchall() == []
    assert "link: nothing has changed" in said
    assert "places: no band has changed" in said
    assert "people: the network is of this day of the data" in said

    person = row("persons", 7, sex="F", modified_at="25/06/2025 12:00:00")
    deliver(warehouse, {"persons": [person]}, extracted_at=datetime(2025, 6, 25, 23))
    assert any("1 new or changed (incremental" in line for line in transform())
    assert keys(warehouse) == 0
    copies = "select count(*) from core.changed_keys"  # they name who changed
    assert warehouse.execute(copies).fetchone() == (0,)


def test_what_no_model_builds_any_more_is_dropped_and_others_tables_stay(
    warehouse,
) -> None:
    for name in ("int_of_before", "of_somebody_else"):
        warehouse.execute(f"create table core.{name} (occurrence_id text)")
    warehouse.execute(
        "insert into ops.dbt_runs (invocation_id, step, node, resource_type, status,"
        " seconds, finished_at)"
        " values ('x', 'places', 'int_of_before', 'model', 'success', 1, now())"
    )
    pipeline.run(("staging",))
    there = "select to_regclass('core.int_of_before'), to_regclass(%s)"
    other = "core.of_somebody_else"
    assert warehouse.execute(there, (other,)).fetchone() == (None, other)


def test_each_model_and_test_is_in_one_step(connection, monkeypatch) -> None:
    calls: dict[str, list[str]] = {}

    def listed(settings, arguments, say, step):
        """What dbt would build, in place of building it."""
        names: list[str] = []
        answer = dbt.call(
            settings,
            ["ls", "--resource-type", "model", "seed", "test", *arguments],
            names.append,
        )
        assert answer.code == 0, answer.error
        calls[step] = [name for name in names if name.startswith("rasure.")]

    class Everything(pipeline.Transform):
        def build(self, select, exclude=()):
            chosen = ["--select", *select]
            if exclude:
                chosen += ["--exclude", *exclude]
            listed(self.settings, chosen, self.say, self.step)

    for name in ("_draw_bands", "_join_network"):
        monkeypatch.setattr(pipeline, name, lambda connection: "")
    monkeypatch.setattr("rasure.people.decisions.forget_gone", lambda connection: 0)
    monkeypatch.setattr(pipeline.marts, "prepare", lambda connection: None)
    for name in ("what_was_set_aside", "values_not_understood"):
        monkeypatch.setattr(pipeline, name, lambda connection, schema: [])
    for name, step in pipeline.STEPS.items():
        if name == "link":
            continue
        landed = ["niche_rms", "police_uk"]
        step(
            Everything(
                connection, Settings.load(), print, True, False, landed, "", name
            )
        )
    whole = ["--select", "path:seeds", "path:models"]
    listed(Settings.load(), whole, print, "whole")
    everything = sorted(calls.pop("whole"))
    assert sorted(node for nodes in calls.values() for node in nodes) == everything


def test_who_is_merged_at_the_source_is_one_person_until_that_is_undone(
    warehouse,
) -> None:
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
    transform()
    assert golden(warehouse, 3) == golden(warehouse, 6)

    merge |= {
        "unmerged_at": "26/06/2025 11:00:00",
        "modified_at": "26/06/2025 12:00:00",
    }
    rows = {"person_merges": [row("person_merges", 3, **merge)]}
    deliver(warehouse, rows, extracted_at=datetime(2025, 6, 26, 23))
    transform()
    assert golden(warehouse, 3) != golden(warehouse, 6)


def golden(connection, key: int) -> str:
    """Who the person of the source with that key is."""
    return connection.execute(
        "select golden_id from core.int_niche_person_ids where person_id = %s",
        (number(key),),
    ).fetchone()[0]


def test_a_day_of_data_and_a_definition_are_designated_once(
    warehouse, monkeypatch
) -> None:
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
    monkeypatch.setattr(definition, "home_figures", lambda: {"coverage_percent": 0.1})
    assert designating.designate_due(warehouse)
    assert not designating.designate_due(warehouse)


def test_models_of_published_crime_are_built_when_it_or_they_have_changed(
    warehouse, monkeypatch
) -> None:
    def nodes() -> set[str]:
        return {node.node for result in pipeline.run() for node in result.nodes}

    warehouse.execute(
        "insert into ops.deliveries (delivery_id, source, delivery, kind, state,"
        " received_at, landed_at, seconds)"
        " values ('p', 'police_uk', 'made up', 'full', 'landed', now(), now(), 0)"
    )
    assert "int_police_uk_crimes" in nodes()
    within = nodes()
    assert "int_police_uk_crimes" not in within
    assert {"fct_crime", "int_niche_crimes", "crimes"} <= within
    version_is(monkeypatch, "another")
    assert "int_police_uk_crimes" in nodes()


def test_a_failing_mart_leaves_the_marts_of_the_last_good_run(
    warehouse, monkeypatch
) -> None:
    counted = "select count(*) from marts.crimes"
    state_of_marts = "select published_at, failed_at from marts.transform_state"
    # dbt drops the views that stand on a table of core when it builds the table again.
    read = (
        "select schemaname || '.' || viewname from pg_views where schemaname ~ '^marts'"
    )
    views = {view for (view,) in warehouse.execute(read)}
    assert {"marts_people.person_history", "marts.transform_state"} <= views
    (before,) = warehouse.execute(counted).fetchone()
    published_at, failed_at = warehouse.execute(state_of_marts).fetchone()
    assert published_at is not None and failed_at is None
    new = later(
        {
            "occurrences": [known.occurrence(130)],
            "classifications": [known.classified(130, 130, "8N")],
        },
        1,
    )
    deliver(warehouse, new, extracted_at=at(1))
    with monkeypatch.context() as broken:
        broken.setattr(dbt, "dbt_variables", lambda: {"trend_z": "no_such_column"})
        with pytest.raises(TransformFailed, match="The step marts failed"):
            transform()
    assert warehouse.execute(counted).fetchone() == (before,)
    for view in views:
        warehouse.execute(f"select * from {view}")
    stands, failed_at = warehouse.execute(state_of_marts).fetchone()
    assert stands == published_at and failed_at > published_at
    assert keys(warehouse) > 0

    transform()
    assert warehouse.execute(counted).fetchone() == (before + 1,)
    _, failed_at = warehouse.execute(state_of_marts).fetchone()
    assert failed_at is None


def test_marts_are_not_built_on_a_core_that_is_not_complete(
    warehouse, monkeypatch
) -> None:

    def stop(_) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setitem(pipeline.STEPS, "people", stop)
        with pytest.raises(KeyboardInterrupt):
            transform()
    with pytest.raises(TransformUnfinished, match="Run `rasure transform`"):
        pipeline.run(("marts",))
    transform()
    pipeline.run(("marts",))


def test_the_steps_of_a_dag_run_make_one_run(warehouse) -> None:
    for step in pipeline.WHOLE:
        pipeline.run_task(step, "scheduled__1")
    rows = warehouse.execute(
        "select name, state, steps_done from ops.transform_runs"
        " order by run_id desc limit 1"
    ).fetchall()
    assert rows == [("transform scheduled__1", "succeeded", list(pipeline.WHOLE))]
    assert equals_full_refresh(warehouse)
