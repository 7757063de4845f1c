"""Zones against hexagons on a hold-out: crimes captured per km2.

Both are chosen on the training period alone: hexagons by the designation, zones inside
their hot spots. Places of less ground catch more per km2 by being fewer, so a third row
has the hottest hexagons of the same ground as the zones: the fair comparison.

Zones can only lie where streets are loaded, so all three are compared there: in the
hexagons that a street runs through, and on the crimes in these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import psycopg
import shapely

from rasure.places import metrics
from rasure.places.definition import Definition, ZoneDefinition
from rasure.places.errors import NoStreets
from rasure.places.evaluation import period_of, training_on
from rasure.places.events import Events, Grid, score_growth
from rasure.places.hot_spots import touching
from rasure.places.methods import GRID, choose_by
from rasure.places.metrics import limits, percentile_interval, ratio, resampled_captures
from rasure.places.selection import cells_to_fill
from rasure.places.windows import Window, check_hold_out, month_start
from rasure.places.zones.drawing import draw_zones, ground_of
from rasure.places.zones.streets import read_streets

ZONES, HEXAGONS, SAME_AREA = "patrol_zones", "hexagons", "hexagons_same_area"


@dataclass(frozen=True)
class ZoneEvaluation:
    """A row for each unit of place: how dense its crimes were, and what that says."""

    force: str
    train: Window
    test: Window
    rows: list[dict]
    patrol_window: str = "all"
    is_shuffled: bool = False


def evaluate_zones(
    connection: psycopg.Connection,
    grid: Grid,
    events: Events,
    train: Window,
    test: Window,
    definition: Definition,
    zone_definition: ZoneDefinition,
    draws: int = 1000,
    seed: int = 1,
    patrol_window: str = "all",
) -> ZoneEvaluation:
    """Choose hexagons and zones on `train`, count on `train` and on `test`.

    Raises `WindowRejected`, `NoPlaces` or `NoStreets` when there is nothing to score.
    """
    check_hold_out(train, test)
    period = period_of(grid, events, train, test, definition)
    before, after = period.split(events.where(~events.is_at_institution))
    cell_km2 = float(grid.area_km2.mean())
    training = training_on(before, period)
    has_street = cells_with_streets(connection, grid)
    chosen = choose_by(GRID, training, definition, period.places)
    chosen = chosen[has_street[chosen]]
    before = before.where(has_street[before.cell])
    after = after.where(has_street[after.cell])
    if not len(chosen) or not len(after.cell):
        raise NoStreets(
            f"No hot place of {grid.force!r} lies on the streets that are loaded, or "
            f"no crime of {test} does. Load more with `rasure geography load streets "
            f"FILE --force {grid.force}`."
        )
    spots = touching_cells(connection, grid, chosen)
    streets = read_streets(
        connection,
        grid.force,
        ground_of_cells(connection, spots),
        zone_definition.margin_metres,
    )
    growth = score_growth(connection, month_start(int(period.observed[-1])))
    weight = before.score_weight / growth
    names = {spot_id: spot_id for spot_id in spots}
    sizes = {spot_id: len(ids) * cell_km2 for spot_id, ids in spots.items()}
    zones = draw_zones(streets, before, weight, names, sizes, zone_definition)
    ground = ground_of(zones)
    there = period.is_candidate & has_street
    alike = choose_by(
        GRID,
        replace(training, is_candidate=there),
        definition,
        cells_to_fill(cell_km2, ground.area / 1e6, int(there.sum())),
    )
    area = {
        ZONES: ground.area / 1e6,
        HEXAGONS: len(chosen) * cell_km2,
        SAME_AREA: len(alike) * cell_km2,
    }
    about = {
        "patrol_window": patrol_window,
        "coverage_percent": definition.coverage_percent,
        "streets_km2": float(grid.area_km2[has_street].sum()),
        "zones": len(zones),
        "zones_length_km": sum(zone.length_m for zone in zones) / 1000.0,
    }
    rng = np.random.default_rng([seed, 7])
    rows = {
        unit: {"method": unit, "area_km2": km2, **about} for unit, km2 in area.items()
    }
    for period, seen in (("train", before), ("test", after)):
        inside = np.column_stack(
            [
                within(ground, seen),
                np.isin(seen.cell, chosen),
                np.isin(seen.cell, alike),
            ]
        )
        street_km2 = float(grid.area_km2[has_street].sum())
        drawn = resampled_captures(inside, draws, rng)
        for column, unit in enumerate(rows):
            rows[unit] |= density_row(period, inside[:, column], area[unit], street_km2)
            rows[unit] |= ratio_row(period, inside, drawn, column, list(area.values()))
    return ZoneEvaluation(grid.force, train, test, list(rows.values()), patrol_window)


CELLS_WITH_STREETS = """
    select distinct hexagons.hexagon_id
    from geo.street_links as links
    inner join geo.hexagons on st_intersects(links.geom, hexagons.geom)
    where links.force = %(force)s and hexagons.force = %(force)s
"""


def cells_with_streets(connection: psycopg.Connection, grid: Grid) -> np.ndarray:
    """Which cells a loaded street runs through, as booleans."""
    rows = connection.execute(CELLS_WITH_STREETS, {"force": grid.force})
    return np.isin(grid.hexagon_id, [hexagon_id for (hexagon_id,) in rows])


def touching_cells(
    connection: psycopg.Connection, grid: Grid, chosen: np.ndarray
) -> dict[str, tuple[str, ...]]:
    """The hot spots that chosen cells make, hottest first: hexagon ids by its first."""
    ids = grid.hexagon_id[chosen].tolist()
    cluster = touching(connection, ids)
    members: dict[int, list[str]] = {}
    for name in ids:
        members.setdefault(cluster[name], []).append(name)
    return {names[0]: tuple(names) for names in members.values()}


GROUND_OF_CELLS = """
    select members.hot_spot_id, st_asbinary(st_union(hexagons.geom))
    from unnest(%(hot_spot_ids)s::text[], %(hexagon_ids)s::text[])
        as members (hot_spot_id, hexagon_id)
    inner join geo.hexagons on members.hexagon_id = hexagons.hexagon_id
    group by members.hot_spot_id
"""


def ground_of_cells(
    connection: psycopg.Connection, spots: dict[str, tuple[str, ...]]
) -> dict[str, bytes]:
    """The ground, as WKB, of hot spots that are given as their cells."""
    members = [(spot, name) for spot, names in spots.items() for name in names]
    return dict(
        connection.execute(
            GROUND_OF_CELLS,
            {
                "hot_spot_ids": [spot for spot, _ in members],
                "hexagon_ids": [name for _, name in members],
            },
        ).fetchall()
    )


def within(ground: shapely.Geometry, events: Events) -> np.ndarray:
    """Which events lie on the ground, as booleans."""
    shapely.prepare(ground)
    return shapely.contains_xy(ground, events.x, events.y)


def density_row(
    period: str, inside: np.ndarray, area_km2: float, street_km2: float
) -> dict:
    """Captured events, their share, their number per km2 and the PAI, with intervals.

    The intervals are the exact one of the share, carried through.
    """
    captured, events = int(inside.sum()), len(inside)
    low, high = metrics.share_interval(captured, events)
    per_km2 = events / area_km2 if area_km2 else float("nan")
    share = captured / events
    name = f"crimes_per_km2_{period}"
    area_share = area_km2 / street_km2
    return {
        f"events_{period}": events,
        f"events_captured_{period}": captured,
        f"hit_rate_{period}": share,
        **limits(f"hit_rate_{period}", low, high),
        name: share * per_km2,
        **limits(name, low * per_km2, high * per_km2),
        f"pai_{period}": share / area_share if area_share else float("nan"),
    }


def ratio_row(
    period: str,
    inside: np.ndarray,
    drawn: np.ndarray,
    column: int,
    area_km2: list[float],
) -> dict:
    """Crimes per km2 over those of all hexagons, paired on the same crimes."""
    name = f"ratio_to_hexagons_{period}"
    scale = ratio(np.array(area_km2[1]), np.array(area_km2[column]))
    observed = ratio(inside[:, column].sum(), inside[:, 1].sum())
    ratios = ratio(drawn[:, column], drawn[:, 1]) * scale
    return {name: float(observed * scale), **limits(name, *percentile_interval(ratios))}
