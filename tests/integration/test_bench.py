"""What the bench measures against, and the warehouse that it empties."""

from __future__ import annotations

import json

from rasure.instruments.bench import niche_floors
from rasure.instruments.bench.measures import Measure
from rasure.instruments.bench.warehouse import empty
from rasure.instruments.simulate.extract import write_history
from rasure.instruments.simulate.plan import plan
from rasure.sources.niche_rms.mapping import load


def test_the_floors_take_every_row_of_an_extract(connection, tmp_path) -> None:
    delivery = write_history(plan("thames-valley", 1, 1, None, 1000), tmp_path)
    mapping = load("thames-valley")
    stated_files = json.loads((delivery / "manifest.json").read_text())["files"]
    of_entities = {
        f"{entity.file}.csv": name for name, entity in mapping.entities.items()
    }
    rows = {of_entities[file["path"]]: file["rows"] for file in stated_files}
    left_out = rows.pop("choices", 0) + rows.pop("deletions", 0)
    copied = niche_floors.copy_all_text(connection, delivery, mapping)
    assert copied == sum(rows.values())
    assert left_out + copied == sum(file["rows"] for file in stated_files)
    niche_floors.type_and_index(connection, delivery, mapping)
    typed = connection.execute(
        "select count(*), min(modified_at) < max(modified_at)"
        " from bench.typed_occurrences"
    ).fetchone()
    assert typed == (rows["occurrences"], True)


def test_a_forgotten_warehouse_remembers_nothing(connection) -> None:
    connection.execute("create schema core; create table core.dim_person (id text)")
    connection.execute("insert into ops.built_from values ('niche_rms', '3')")
    connection.execute("insert into ops.changed_keys values ('person_id', 'a', 'b')")
    connection.execute("insert into linkage.disturbed (golden_id) values ('a')")
    migrated = connection.execute("select count(*) from ops.migrations").fetchone()
    empty(connection)
    for table in ("ops.built_from", "ops.changed_keys", "linkage.disturbed"):
        count = connection.execute(f"select count(*) from {table}").fetchone()
        assert count == (0,), table
    gone = connection.execute("select to_regclass('core.dim_person')").fetchone()
    assert gone == (None,)
    kept = connection.execute("select count(*) from ops.migrations").fetchone()
    assert kept == migrated


def test_a_measure_says_what_it_was_taken_on() -> None:
    figures = Measure("transform_full", 12.0, "s", 4.0, "niche_rms", 7).as_dict()
    assert figures == {
        "measure": "transform_full",
        "value": 12.0,
        "unit": "s",
        "floor": 4.0,
        "source": "niche_rms",
        "rows": 7,
        "ratio": 3.0,
    }
