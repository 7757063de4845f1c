"""The Gi* SQL of the model: a published answer, its p-values, who is a neighbour."""

from __future__ import annotations

import csv
import gzip

import numpy as np
import pytest
from scipy.stats import false_discovery_control, norm

from rasure.instruments.macro_rendering import macro
from tests.integration.people_fixtures import dbt_build
from tests.integration.transform_fixtures import build_ground

CELL_M = 500
SCORED = macro("gi_star", "cells", "neighbours")
TESTED = macro("with_significance", f"{SCORED} as scored", "gi_star")


@pytest.fixture
def memphis(connection, shared):
    """Robberies of Memphis counted in cells of 500 m, each with its neighbours."""
    folder = shared / "known_answers"
    with gzip.open(folder / "memphis_gistar.csv.gz", "rt") as rows:
        published = list(csv.DictReader(rows))
    with gzip.open(folder / "memphis_pts.csv.gz", "rt") as rows:
        points = [(row["x"], row["y"]) for row in csv.DictReader(rows)]
    connection.execute("create temp table centres (x float8, y float8)")
    connection.execute("create temp table points (x float8, y float8)")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into centres values (%s, %s)",
            [(row["x"], row["y"]) for row in published],
        )
        cursor.executemany("insert into points values (%s, %s)", points)
    connection.execute(f"""
        create temp table cells as
        select
            'memphis' as force, x || ' ' || y as cell_id, x, y,
            (
                select count(*)::integer
                from points
                where floor((points.x - centres.x) / {CELL_M} + 0.5) = 0
                    and floor((points.y - centres.y) / {CELL_M} + 0.5) = 0
            ) as value
        from centres
    """)
    connection.execute(f"""
        create temp table neighbours as
        select cells.cell_id, array_agg(others.cell_id) as neighbour_ids
        from cells inner join cells as others
            on abs(cells.x - others.x) < 1.5 * {CELL_M}
            and abs(cells.y - others.y) < 1.5 * {CELL_M}
        group by cells.cell_id
    """)
    return connection, {
        (round(float(row["x"])), round(float(row["y"]))): row for row in published
    }


def test_memphis_robberies_have_the_published_scores(memphis) -> None:
    connection, published = memphis
    rows = connection.execute(
        "select cells.x, cells.y, cells.value, gi_star, p_value, p_adjusted"
        f" from {TESTED} as tested"
        " inner join cells using (cell_id)"
    ).fetchall()
    assert len(rows) == len(published) == 3301
    scores, p_values, adjusted = np.array([row[3:] for row in rows]).T
    theirs = [published[round(x), round(y)] for x, y, *_ in rows]
    assert [row[2] for row in rows] == [int(row["n"]) for row in theirs]
    assert np.abs(scores - [float(row["gistar"]) for row in theirs]).max() < 1e-9
    assert (p_values < 0.05).sum() == 424
    assert scores.min() == pytest.approx(-1.287, abs=0.001)
    assert scores.max() == pytest.approx(15.329, abs=0.001)
    # The p-values are the normal's far into the tail, the adjusted ones scipy's.
    assert np.allclose(p_values, 2 * norm.sf(np.abs(scores)), rtol=2e-7, atol=0)
    assert np.allclose(adjusted, false_discovery_control(p_values), rtol=1e-9)


def test_where_all_cells_are_alike_nothing_is_said(connection) -> None:
    connection.execute(
        "create temp table cells as select 'a' as force, number::text as cell_id,"
        " 1 as value from generate_series(1, 9) as number"
    )
    connection.execute(
        "create temp table neighbours as select cell_id, array[cell_id] as"
        " neighbour_ids from cells"
    )
    assert connection.execute(f"select * from {SCORED} as scored").fetchall() == []


def test_a_score_far_out_is_no_error(connection) -> None:
    chance = connection.execute(f"select {macro('two_sided_p', '1e6')}")
    assert 0 <= chance.fetchone()[0] < 1e-290


def test_the_neighbours_by_number_are_those_that_touch(connection) -> None:
    build_ground(connection)
    dbt_build("--select", "+hexagon_neighbours", "--exclude-resource-type", "test")
    different = connection.execute("""
        with touching as (
            select cells.hexagon_id as cell_id, others.hexagon_id as neighbour_id
            from geo.hexagons as cells
            inner join geo.hexagons as others
                on st_dwithin(cells.centroid, others.centroid, 123.5 * 1.8)
        ),
        numbered as (
            select cell_id, unnest(neighbour_ids) as neighbour_id
            from core.hexagon_neighbours
        )
        (select * from touching except select * from numbered)
        union all
        (select * from numbered except select * from touching)
    """).fetchall()
    assert different == []
    assert connection.execute(
        "select max(cardinality(neighbour_ids)) from core.hexagon_neighbours"
    ).fetchall() == [(7,)]
