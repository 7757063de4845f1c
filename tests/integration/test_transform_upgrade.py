"""A warehouse of version 0.1.0 upgrades with what has landed in it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from rasure import geography, schema
from rasure.transform import pipeline
from tests.integration.niche_fixtures import number

BEFORE = Path(__file__).with_name("transform_before.sql")
OLD = """
    select relname from pg_class
    inner join pg_namespace on relnamespace = pg_namespace.oid
    where nspname = 'ops' and (
        relname in ('niche_marks', 'niche_taken', 'niche_erased', 'niche_changes')
        or relname in ('niche_batches', 'step_inputs', 'cell_names')
    )
    union all
    select tgname from pg_trigger where tgname = 'keep_erased'
    union all
    select proname from pg_proc where proname = 'keep_niche_erased'
"""


@pytest.fixture
def warehouse(new_database, known_day_transformed: str, monkeypatch):
    """The known day, transformed, in a warehouse of before."""
    monkeypatch.setattr(geography, "is_built", lambda connection, force: True)
    url = new_database(known_day_transformed)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(BEFORE.read_text())
        yield connection


def test_what_landed_stays_and_what_was_remembered_goes(warehouse) -> None:
    landed = "select count(*), min(landed_at) from ops.deliveries"
    before = warehouse.execute(landed).fetchone()
    crimes = "select count(*) from marts.crimes"
    shown = warehouse.execute(crimes).fetchone()
    assert warehouse.execute(OLD).fetchall()

    schema.ensure(warehouse)
    assert warehouse.execute(OLD).fetchall() == []
    assert warehouse.execute(landed).fetchone() == before
    assert warehouse.execute(crimes).fetchone() == shown  # the pages go on

    said: list[str] = []
    pipeline.run(say=said.append)
    assert any("a full refresh" in line for line in said)
    assert warehouse.execute(crimes).fetchone() == shown
    assert warehouse.execute(
        "select to_regclass('core.int_niche_changed_persons')"
    ).fetchone() == (None,)
    assert warehouse.execute(
        "select count(*) from staging.stg_niche__persons where person_id = %s",
        (number(1),),
    ).fetchone() == (1,)
