"""A whole transform of a records-management force, and what it does a second time."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from rasure import geography
from rasure.places import definition
from rasure.runtime import designating
from rasure.settings import Settings
from rasure.transform import dbt, pipeline, state
from rasure.transform.errors import TransformFailed, TransformUnfinished
from tests.integration import niche_day as known
from tests.integration.niche_days_after import at, later
from tests.integration.niche_fixtures import contents, deliver, number, row, set_up

MIDSUMMER = datetime(2025, 6, 24, 3, 0, tzinfo=UTC)
SEEDS_BUILT = """
    select distinct step from ops.dbt_runs
    where finished_at > %s and resource_type = 'seed'
"""
OWN = ("link", "places", "people")


@pytest.fixture
def warehouse(new_database, known_day_transformed: str, monkeypatch):
    """The known day, transformed; its made-up force has no mapping to be written."""
    monkeypatch.setattr(geography, "is_built", lambda connection, force: True)
    url = new_database(known_day_transformed)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def landed(connection, monkeypatch):
    """The known day, landed and not transformed."""
    monkeypatch.setattr(geography, "is_built", lambda connection, force: True)
    set_up(connection)
    deliver(connection, known.DELIVERY, "full", MIDSUMMER)
    return connection


def transform(**options) -> list[str]:
    """Run everything; what was said of the steps."""
    said: list[str] = []
    pipeline.run(say=said.append, **options)
    return [line for line in said if line.startswith(tuple(f"{s}: " for s in OWN))]


def version_is(monkeypatch, version: str) -> None:
    monkeypatch.setattr(state, "warehouse_version", lambda connection: version)


def keys(connection) -> int:
    """How many changed keys are still to be built."""
    return connection.execute("select count(*) from ops.changed_keys").fetchone()[0]


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


def test_what_another_version_built_is_built_from_nothing(
    warehouse, monkeypatch
) -> None:
    spoiled = "select distinct title from core.people_involvements where title = 'x'"
    spoil = "update core.people_involvements set title = 'x'"

    def is_full_refresh() -> bool:
        said: list[str] = []
        pipeline.run(say=said.append)
        return any("a full refresh, since" in line for line in said)

    warehouse.execute(spoil)
    assert not is_full_refresh()  # by the same version: what has not changed stays
    assert warehouse.execute(spoiled).fetchall() == [("x",)]
    version_is(monkeypatch, "another")
    assert is_full_refresh()
    assert warehouse.execute(spoiled).fetchall() == []

    def stop(_) -> None:
        raise TransformFailed("stopped half way")

    warehouse.execute(spoil)
    with monkeypatch.context() as changed:
        version_is(changed, "a third")
        changed.setitem(pipeline.STEPS, "people", stop)
        with pytest.raises(TransformFailed):
            is_full_refresh()
    # Back again: half of core is by the third version, and nobody recorded a success.
    version_is(monkeypatch, "a third")
    assert is_full_refresh()
    assert warehouse.execute(spoiled).fetchall() == []


def test_a_full_refresh_that_was_stopped_is_done_again(warehouse, monkeypatch) -> None:
    deliver(warehouse, day_of_moves(1, 9), extracted_at=at(1))

    def stop(_) -> None:
        raise TransformFailed("stopped half way")

    with monkeypatch.context() as changed:
        changed.setitem(pipeline.STEPS, "places", stop)
        with pytest.raises(TransformFailed):
            pipeline.run(full_refresh=True)
    said: list[str] = []
    pipeline.run(say=said.append)
    assert any("the last full refresh did not end" in line for line in said)
    assert victims(warehouse, 9) == 1
    assert equals_full_refresh(warehouse)


def test_a_release_that_changes_during_a_transform_stops_it(
    warehouse, monkeypatch
) -> None:
    places = pipeline.STEPS["places"]

    def change(one) -> None:
        places(one)
        version_is(monkeypatch, "another")

    monkeypatch.setitem(pipeline.STEPS, "places", change)
    with pytest.raises(TransformUnfinished, match="before its step people"):
        transform()


def day_of_moves(day: int, occurrence: int) -> dict[str, list[dict]]:
    """A victim who is moved to an occurrence, and a person who is merged into another
    or, on the next day, is not."""
    merge = row(
        "person_merges",
        50,
        surviving_person_id=5,
        merged_person_id=6,
        merged_at="01/07/2025 10:00:00",
        unmerged_at=None if day % 2 else f"{day:02d}/07/2025 11:00:00",
    )
    return later(
        {
            "involvements": [known.involved(3, occurrence, 3, ";VIC;")],
            "person_merges": [merge],
        },
        day,
    )


def equals_full_refresh(connection) -> bool:
    """True if a full refresh leaves staging and core as they are."""
    built = contents(connection)
    transform(full_refresh=True)
    rebuilt = contents(connection)
    return [name for name in built if built[name] != rebuilt[name]] == []


def victims(connection, occurrence: int) -> int:
    """How many people are harmed in an occurrence, by core."""
    return connection.execute(
        "select count(distinct golden_id) from core.fct_involvement"
        " where occurrence_id = %s and side = 'harmed'",
        (number(occurrence),),
    ).fetchone()[0]


def test_a_transform_that_was_stopped_is_simply_run_again(
    warehouse, monkeypatch
) -> None:
    """Wherever it is stopped: a moved victim is gone from the one occurrence and in the
    other, and the end equals a full refresh."""

    def stop(_) -> None:
        raise KeyboardInterrupt

    for day, stopped in enumerate(("link", "places", "people", "marts"), start=1):
        moved_to = 9 if day % 2 else 1
        deliver(warehouse, day_of_moves(day, moved_to), extracted_at=at(day))
        with monkeypatch.context() as killed:
            killed.setitem(pipeline.STEPS, stopped, stop)
            with pytest.raises(KeyboardInterrupt):
                transform()
        assert keys(warehouse) > 0
        transform()
        assert keys(warehouse) == 0
        counts = victims(warehouse, 1), victims(warehouse, 9)
        assert counts == ((1, 1) if moved_to == 9 else (2, 0))
    assert equals_full_refresh(warehouse)


def test_a_delivery_with_a_lower_id_that_commits_later_is_built(warehouse) -> None:
    """Two workers land at once; the one that began first commits last."""
    with psycopg.connect(Settings.load().database_url) as slow:
        (lower,) = slow.execute(
            "select nextval(pg_get_serial_sequence('ops.deliveries', 'load_id'))::int"
        ).fetchone()
        higher = deliver(
            warehouse,
            later({"occurrences": [known.occurrence(120)]}, 2),
            extracted_at=at(2),
        )
        assert lower < higher
        transform()
        deliver(
            slow,
            later({"occurrences": [known.occurrence(121)]}, 1),
            extracted_at=at(1),
            load_id=lower,
        )
        slow.commit()
    transform()
    staged = warehouse.execute(
        "select occurrence_id from staging.stg_niche__occurrences"
        " where occurrence_id = any(%s) order by 1",
        ([number(120), number(121)],),
    ).fetchall()
    assert staged == [(number(120),), (number(121),)]
    assert equals_full_refresh(warehouse)


def test_a_failing_mart_leaves_the_marts_of_the_last_good_run(
    warehouse, monkeypatch
) -> None:
    counted = "select count(*) from marts.crimes"
    state_of_marts = "select published_at, failed_at from marts.transform_state"
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
