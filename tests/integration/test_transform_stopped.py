"""A transform that was stopped, or that another version of the models follows, ends
where a full rebuild ends."""

from __future__ import annotations

import psycopg
import pytest

from rasure.settings import Settings
from rasure.transform import pipeline
from rasure.transform.errors import TransformFailed, TransformUnfinished
from tests.integration import niche_day as known
from tests.integration.niche_days_after import at, later
from tests.integration.niche_fixtures import deliver, number
from tests.integration.whole_transforms import (
    day_of_moves,
    equals_full_refresh,
    keys,
    transform,
    version_is,
    victims,
    warehouse,
)

__all__ = ["warehouse"]


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
