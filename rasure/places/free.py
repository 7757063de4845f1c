"""Free placement: hexagons of the grid's size, each put where it catches most.

The lines of a grid cut busy corners in two. A force that draws hot spots by hand
nudges them until they fit; this module does the same by a rule. The centres are the
points of a fine lattice within reach of a crime. They are taken from the highest score
down, and a hexagon that would overlap one already taken is left out. Persistent places
come first and an institution's are never taken, as with the cells of the grid.

Hexagons have the orientation of `ST_HexagonGrid`: two sides run from west to east.
Nothing here reads or writes the warehouse.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from rasure.places import selection
from rasure.places.definition import Definition
from rasure.places.events import Events, Grid

FREE = "free"

# Lengths are compared within a millionth of a metre, so that neighbours may touch.
TOUCH_METRES = 1e-6
SITES_AT_ONCE = 4096
# Ground is quiet if it is not among so many times the ground that is wanted.
QUIET = 3


@dataclass(frozen=True)
class Hexagons:
    """Hexagons of one size: centres as an (n, 2) array in metres, and their side.

    `hot_spot` is an (n,) array with the number of each hexagon's hot spot. It is None
    if the method chose single hexagons and did not grow hot spots.
    """

    centres: np.ndarray
    side_metres: float
    hot_spot: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.centres)

    def holding(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The index of the hexagon that holds each point, -1 where none does.

        On a side that two share, the first. Points that are not numbers are in none.
        """
        held_by = np.full(len(x), -1)
        is_known = np.isfinite(x) & np.isfinite(y)
        if not is_known.all():
            held_by[is_known] = self.holding(x[is_known], y[is_known])
            return held_by
        if not len(self) or not len(x):
            return held_by
        # Of hexagons that do not overlap, at most three centres are within a side.
        nearest = cKDTree(self.centres).query(
            np.column_stack([x, y]),
            k=[1, 2, 3, 4],
            distance_upper_bound=self.side_metres * (1.0 + 1e-9),
        )[1]
        for column in nearest.T:
            known = np.flatnonzero(column < len(self))
            away = self.centres[column[known]] - np.column_stack([x[known], y[known]])
            is_inside = across(away[:, 0], away[:, 1]) <= apothem(self.side_metres)
            inside = known[is_inside]
            first = (held_by[inside] < 0) | (column[inside] < held_by[inside])
            held_by[inside[first]] = column[inside[first]]
        return held_by

    def polygons(self) -> np.ndarray:
        """The hexagons as an array of shapely polygons."""
        import shapely

        angle = np.arange(6) * math.pi / 3.0
        corners = self.side_metres * np.column_stack([np.cos(angle), np.sin(angle)])
        return shapely.polygons(self.centres[:, None, :] + corners[None, :, :])


def side_of(area_km2: float) -> float:
    """The side, in metres, of a hexagon of that area."""
    return math.sqrt(area_km2 * 1e6 * 2.0 / (3.0 * math.sqrt(3.0)))


def apothem(side_metres: float) -> float:
    """The distance from the centre of a hexagon to its sides."""
    return side_metres * math.sqrt(3.0) / 2.0


def across(dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """How far a point is from a centre, measured square to the sides of a hexagon.

    It lies in the hexagon where this is at most the apothem. Two hexagons overlap where
    it is less than two apothems between their centres.
    """
    slant = math.sqrt(0.75) * dx
    return np.maximum(
        np.abs(dy), np.maximum(np.abs(slant + 0.5 * dy), np.abs(slant - 0.5 * dy))
    )


@dataclass(frozen=True)
class Sites:
    """Different points with crimes, one value a point.

    `weight` and `crimes` are of the crimes that rank a place, `at_institutions` counts
    the others. `presence` (points x words) has a bit for each month or year with crime.
    """

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    crimes: np.ndarray
    at_institutions: np.ndarray
    presence: np.ndarray

    def where(self, keep: np.ndarray) -> Sites:
        """The points for which `keep` is true."""
        return Sites(**{name: values[keep] for name, values in vars(self).items()})


def sites_of(events: Events, period: np.ndarray) -> Sites:
    """The different points of some events; `period` numbers each one's month or year.

    An event whose `period` is -1 is in none; one whose point is not known is left out.
    """
    is_known = np.isfinite(events.x) & np.isfinite(events.y)
    events, period = events.where(is_known), period[is_known]
    points, site = np.unique(events.x + 1j * events.y, return_inverse=True)
    size = len(points)
    ranks = ~events.is_at_institution
    counted = ranks & (period >= 0)
    words = int(period.max(initial=0)) // 64 + 1
    presence = np.zeros((size, words), dtype=np.uint64)
    word, bit = np.divmod(period[counted], 64)
    marks = np.uint64(1) << bit.astype(np.uint64)
    np.bitwise_or.at(presence, (site[counted], word), marks)
    return Sites(
        x=points.real,
        y=points.imag,
        weight=np.bincount(site[ranks], events.score_weight[ranks], minlength=size),
        crimes=np.bincount(site[ranks], minlength=size),
        at_institutions=np.bincount(site[~ranks], minlength=size),
        presence=presence,
    )


@dataclass(frozen=True)
class Rule:
    """Which hexagons may be taken, and which come first.

    A hexagon is persistent with `periods_needed` months or years with crime, or with
    `crimes_beyond_doubt` crimes. One with `institution_share` or more of its crimes at
    institutions is never taken.
    """

    periods_needed: int
    crimes_beyond_doubt: float
    institution_share: float


def choose_freely(
    grid: Grid,
    before: Events,
    observed: np.ndarray,
    definition: Definition,
    wanted: int,
    kept_out: np.ndarray | None = None,
) -> Hexagons:
    """The `wanted` hexagons that the method `free` takes, in the order of taking.

    `before` are the events of the training period, those at institutions included;
    `observed` are its observed months, ascending. None overlaps the hexagons around
    `kept_out`, centres as an (n, 2) array. Fewer hexagons where the crimes leave no
    place for another.
    """
    sites, rule = sites_and_rule(grid, before, observed, definition, wanted)
    return place(
        sites,
        rule,
        np.column_stack([grid.x, grid.y]),
        side_of(float(grid.area_km2.mean())),
        definition.lattice_metres,
        wanted,
        kept_out,
    )


def choose_staffed(
    grid: Grid,
    before: Events,
    observed: np.ndarray,
    definition: Definition,
    kept_out: np.ndarray | None = None,
) -> Hexagons:
    """The hexagons of as many hot spots as a force can staff, hot spot by hot spot.

    The number and the size of the hot spots are figures of the definition. Each begins
    with the best hexagon that is left and grows by the best ones near it. Quiet ground
    joins none, so that a hot spot can be smaller. Takes what `choose_freely` takes.
    """
    cell_km2 = float(grid.area_km2.mean())
    each = hexagons_a_hot_spot(cell_km2, definition)
    wanted = int(definition.staffed_hot_spots) * each
    sites, rule = sites_and_rule(grid, before, observed, definition, wanted)
    side_metres, lattice_metres = side_of(cell_km2), definition.lattice_metres
    if not len(sites.x):
        return Hexagons(np.zeros((0, 2)), side_metres)
    floor = first_threshold(sites, side_metres, QUIET * wanted)
    within = sites.where(most_in_reach(sites, sites.weight, side_metres) >= floor)
    centres = rated_centres(within, side_metres, lattice_metres, floor)
    chosen, hot_spot, _ = take(
        centres,
        rule,
        cKDTree(np.column_stack([grid.x, grid.y])),
        side_metres,
        lattice_metres,
        int(definition.staffed_hot_spots),
        kept_out,
        each,
        definition.hot_spot_gap_metres,
    )
    return Hexagons(centres.position(lattice_metres)[chosen], side_metres, hot_spot)


def hexagons_a_hot_spot(cell_km2: float, definition: Definition) -> int:
    """How many hexagons make a hot spot that can be staffed, 1 or more."""
    return max(1, math.floor(definition.hot_spot_km2 / cell_km2 + 0.5))


def sites_and_rule(
    grid: Grid,
    before: Events,
    observed: np.ndarray,
    definition: Definition,
    wanted: int,
) -> tuple[Sites, Rule]:
    """The points of a training period, and the rule that its history allows."""
    last = int(observed[-1])
    years = selection.years_of_history(int(observed[0]), last, definition)
    by_years = selection.goes_by_years(grid.is_day_dated, years, definition)
    if by_years:
        year_ago = (last - before.month) // 12
        period = np.where(year_ago < years, year_ago, -1)
        needed = selection.years_needed(years, definition)
        counts = np.bincount(
            before.cell[~before.is_at_institution], minlength=len(grid.x)
        )
        beyond_doubt = selection.crimes_beyond_doubt(
            counts, len(grid.x), wanted, definition.top_probability
        )
    else:
        period = before.month - int(observed[0])
        share = definition.persistence_share
        needed = selection.months_needed(len(observed), share)
        beyond_doubt = math.inf
    rule = Rule(needed, beyond_doubt, definition.institution_share)
    return sites_of(before, period), rule


def touching_metres(cell_km2: float) -> float:
    """How far apart the middles of cells that touch lie, and a little more."""
    return 2.02 * apothem(side_of(cell_km2))


def persistent_hexagons(
    hexagons: Hexagons,
    grid: Grid,
    before: Events,
    observed: np.ndarray,
    definition: Definition,
    wanted: int,
) -> np.ndarray:
    """Which hexagons are persistent, as booleans, by the rule they were chosen by."""
    sites, rule = sites_and_rule(grid, before, observed, definition, wanted)
    held_by = hexagons.holding(sites.x, sites.y)
    inside = held_by >= 0
    held_by, sites = held_by[inside], sites.where(inside)
    presence = np.zeros((len(hexagons), sites.presence.shape[1]), dtype=np.uint64)
    np.bitwise_or.at(presence, held_by, sites.presence)
    crimes = np.bincount(held_by, sites.crimes, minlength=len(hexagons))
    return persistent(presence, crimes, rule)


def place_best(
    grid: Grid, events: Events, definition: Definition, wanted: int
) -> Hexagons:
    """The `wanted` hexagons that hold most of these very events, found greedily."""
    counted = replace(events, score_weight=np.ones(len(events.x)))
    return place(
        sites_of(counted, np.zeros(len(events.x), dtype=int)),
        Rule(0, math.inf, 1.0),
        np.column_stack([grid.x, grid.y]),
        side_of(float(grid.area_km2.mean())),
        definition.lattice_metres,
        wanted,
    )


def place(
    sites: Sites,
    rule: Rule,
    cells: np.ndarray,
    side_metres: float,
    lattice_metres: float,
    wanted: int,
    kept_out: np.ndarray | None = None,
) -> Hexagons:
    """Take up to `wanted` hexagons that do not overlap, the highest score first.

    A centre lies within a side of one of `cells`, the centres of the force's cells, and
    no hexagon overlaps one around `kept_out`. The same input gives the same hexagons.

    Most of a force is quiet, so the search begins with the centres that score at least
    what many squares of the same size hold. Where too few of these are persistent, all
    centres that are persistent join them, then lower scores while places are left. What
    a centre that was left out scores cannot change what was taken before it.
    """
    nothing = Hexagons(np.zeros((0, 2)), side_metres)
    if not len(sites.x) or wanted <= 0:
        return nothing
    reach = most_in_reach(sites, sites.weight, side_metres)
    ground = cKDTree(cells)
    threshold = first_threshold(sites, side_metres, wanted)
    centres = rated_centres(
        sites.where(reach >= threshold), side_metres, lattice_metres, threshold
    )
    chosen, _, persistent_chosen = take(
        centres, rule, ground, side_metres, lattice_metres, wanted, kept_out
    )
    if persistent_chosen == wanted or threshold <= 0.0:
        return Hexagons(centres.position(lattice_metres)[chosen], side_metres)
    lasting = persistent_centres(sites, rule, side_metres, lattice_metres)
    while True:
        both = either(centres, lasting)
        chosen, _, _ = take(
            both, rule, ground, side_metres, lattice_metres, wanted, kept_out
        )
        if len(chosen) == wanted or threshold <= 0.0:
            return Hexagons(both.position(lattice_metres)[chosen], side_metres)
        is_low = threshold <= 1e-3 * reach.max()
        threshold = 0.0 if is_low else threshold / 3.0
        centres = rated_centres(
            sites.where(reach >= threshold), side_metres, lattice_metres, threshold
        )


def persistent_centres(
    sites: Sites, rule: Rule, side_metres: float, lattice_metres: float
) -> Centres:
    """All centres whose hexagon is persistent, whatever it scores."""
    fewest = min(rule.periods_needed, rule.crimes_beyond_doubt)
    crimes = most_in_reach(sites, sites.crimes, side_metres)
    centres = rated_centres(
        sites.where(crimes >= fewest), side_metres, lattice_metres, 0.0
    )
    return centres.where(persistent(centres.presence, centres.crimes, rule))


def persistent(presence: np.ndarray, crimes: np.ndarray, rule: Rule) -> np.ndarray:
    """Which hexagons are persistent, as booleans; one value or row a hexagon."""
    periods = np.bitwise_count(presence).sum(axis=1)
    return (periods >= rule.periods_needed) | (crimes >= rule.crimes_beyond_doubt)


def either(one: Centres, other: Centres) -> Centres:
    """The centres of both, each once."""
    column, row = np.append(one.column, other.column), np.append(one.row, other.row)
    height = row.max(initial=0) - row.min(initial=0) + 1
    _, first = np.unique(column * height + row, return_index=True)
    return Centres(
        **{
            name: np.concatenate([values, getattr(other, name)])[first]
            for name, values in vars(one).items()
        }
    )


def squares_of(
    sites: Sites, values: np.ndarray, width_metres: float
) -> tuple[np.ndarray, ...]:
    """The sums of `values` in squares of a width, and the square of each point."""
    column = np.floor(sites.x / width_metres).astype(np.int64)
    row = np.floor(sites.y / width_metres).astype(np.int64)
    column, row = column - column.min(), row - row.min()
    total = np.zeros((int(column.max()) + 1, int(row.max()) + 1))
    np.add.at(total, (column, row), values)
    return total, column, row


def most_in_reach(sites: Sites, values: np.ndarray, side_metres: float) -> np.ndarray:
    """A sum of `values` that no hexagon with the point in it exceeds, one a point.

    A hexagon is two sides wide, so it lies in five squares by five of half a side. The
    answer is the fullest such block with the square of the point in it.
    """
    total, column, row = squares_of(sites, values, side_metres * 0.500001)
    for axis in (0, 1):
        total = ndimage.convolve1d(total, np.ones(5), axis=axis, mode="constant")
    total = ndimage.maximum_filter(total, size=5, mode="constant")
    return total[column, row] * (1.0 + 1e-9)


def first_threshold(sites: Sites, side_metres: float, wanted: int) -> float:
    """A score that about `wanted` hexagons reach: what as many squares hold."""
    weight, _, _ = squares_of(sites, sites.weight, side_metres)
    filled = np.sort(weight[weight > 0])[::-1]
    return float(filled[wanted - 1]) if len(filled) >= wanted else 0.0


@dataclass(frozen=True)
class Centres:
    """Where a hexagon could be put, one value a centre: lattice steps, what it holds.

    `score` and `spread` are the weights of the crimes in it, and these times the square
    of their distance from the centre; `presence` has a bit for each month or year.
    """

    column: np.ndarray
    row: np.ndarray
    score: np.ndarray
    spread: np.ndarray
    crimes: np.ndarray
    at_institutions: np.ndarray
    presence: np.ndarray

    def position(self, lattice_metres: float) -> np.ndarray:
        """Their coordinates as an (n, 2) array in metres."""
        return np.column_stack([self.column, self.row]) * lattice_metres

    def where(self, keep: np.ndarray) -> Centres:
        """The centres for which `keep` is true."""
        return Centres(**{name: values[keep] for name, values in vars(self).items()})


def rated_centres(
    sites: Sites, side_metres: float, lattice_metres: float, threshold: float
) -> Centres:
    """The points of the lattice whose hexagon scores more than 0, and `threshold`."""
    site, column, row = pairs_in_reach(sites, side_metres, lattice_metres)
    height = row.max(initial=0) - row.min(initial=0) + 1
    order = np.argsort(column * height + row, kind="stable")
    site, column, row = site[order], column[order], row[order]
    first = np.flatnonzero(
        np.append(True, (np.diff(column) != 0) | (np.diff(row) != 0))[: len(site)]
    )
    score = np.add.reduceat(sites.weight[site], first) if len(site) else np.zeros(0)
    is_kept = (score > 0) & (score >= threshold * (1.0 - 1e-9))
    points = np.diff(np.append(first, len(site)))
    pair = np.repeat(is_kept, points)
    site, score, points = site[pair], score[is_kept], points[is_kept]
    column, row = column[first][is_kept], row[first][is_kept]
    away_x = sites.x[site] - np.repeat(column * lattice_metres, points)
    away_y = sites.y[site] - np.repeat(row * lattice_metres, points)
    first = np.cumsum(points) - points

    def total(values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, first) if len(first) else values[:0]

    return Centres(
        column=column,
        row=row,
        score=score,
        spread=total(sites.weight[site] * (away_x**2 + away_y**2)),
        crimes=total(sites.crimes[site]),
        at_institutions=total(sites.at_institutions[site]),
        presence=np.bitwise_or.reduceat(sites.presence[site], first, axis=0)
        if len(first)
        else sites.presence[:0],
    )


def pairs_in_reach(
    sites: Sites, side_metres: float, lattice_metres: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each point with each lattice point whose hexagon holds it: site, column, row."""
    steps = math.ceil(side_metres / lattice_metres) + 1
    offsets = np.arange(-steps, steps + 1)
    column_step, row_step = (
        one.ravel() for one in np.meshgrid(offsets, offsets, indexing="ij")
    )
    # A lattice point farther than this from a site's nearest one is in no hexagon.
    is_near = (
        across(column_step * lattice_metres, row_step * lattice_metres)
        <= apothem(side_metres) + lattice_metres
    )
    column_step, row_step = column_step[is_near], row_step[is_near]
    nearest_column = np.round(sites.x / lattice_metres).astype(np.int64)
    nearest_row = np.round(sites.y / lattice_metres).astype(np.int64)
    pairs = []
    for start in range(0, len(sites.x), SITES_AT_ONCE):
        some = slice(start, start + SITES_AT_ONCE)
        column = nearest_column[some, None] + column_step
        row = nearest_row[some, None] + row_step
        is_held = across(
            column * lattice_metres - sites.x[some, None],
            row * lattice_metres - sites.y[some, None],
        ) <= apothem(side_metres)
        site = np.nonzero(is_held)[0] + start
        pairs.append((site, column[is_held], row[is_held]))
    return tuple(
        np.concatenate([np.zeros(0, dtype=np.int64), *parts])
        for parts in (zip(*pairs, strict=True) if pairs else ((), (), ()))
    )


def take(
    centres: Centres,
    rule: Rule,
    ground: cKDTree,
    side_metres: float,
    lattice_metres: float,
    wanted: int,
    kept_out: np.ndarray | None = None,
    each: int = 1,
    gap_metres: float = 0.0,
) -> tuple[list[int], np.ndarray, int]:
    """The centres to take, in order, their hot spots, and how many are persistent.

    They make `wanted` hot spots of up to `each` hexagons, where each further one is at
    most `gap_metres` farther from another than if they touched corner to corner. None
    overlaps a hexagon around `kept_out`. Of centres that score alike, the one nearest
    to the middle of its crimes is first, then the westernmost.
    """
    comes_first = persistent(centres.presence, centres.crimes, rule)
    here = centres.at_institutions
    is_institution = (here > 0) & (
        here >= rule.institution_share * (centres.crimes + here)
    )
    score = np.round(
        centres.score / centres.score.max(initial=1e-300), selection.DECIMALS
    )
    order = np.lexsort(
        (
            centres.row,
            centres.column,
            np.round(centres.spread, 6),
            -score,
            ~comes_first,
        )
    )
    order = order[~is_institution[order]]
    position = centres.position(lattice_metres)
    place_in_order = np.full(len(position), len(position))
    place_in_order[order] = np.arange(len(order))
    nearby = cKDTree(position) if len(position) else None
    is_free = place_in_order < len(position)

    def near(centre: np.ndarray, metres: float) -> np.ndarray:
        return np.array(nearby.query_ball_point(centre, metres), dtype=int)

    def block(centre: np.ndarray) -> None:
        others = near(centre, 2.0 * side_metres)
        away = position[others] - centre
        overlaps = (
            across(away[:, 0], away[:, 1]) < 2.0 * apothem(side_metres) - TOUCH_METRES
        )
        is_free[others[overlaps]] = False

    def is_on_ground(one: int) -> bool:
        return ground.query(position[one])[0] <= side_metres

    if nearby is not None and kept_out is not None:
        for centre in kept_out:
            block(centre)
    chosen: list[int] = []
    sizes: list[int] = []
    for first in order.tolist():
        if len(sizes) == wanted:
            break
        if not is_free[first] or not is_on_ground(first):
            continue
        members = [first]
        block(position[first])
        reach = 2.0 * side_metres + gap_metres
        around = near(position[first], reach) if each > 1 else None
        while len(members) < each:
            around = around[is_free[around]]
            if not len(around):
                break
            best = int(around[np.argmin(place_in_order[around])])
            if not is_on_ground(best):
                is_free[best] = False
                continue
            members.append(best)
            block(position[best])
            around = np.union1d(around, near(position[best], reach))
        chosen += members
        sizes.append(len(members))
    hot_spot = np.repeat(np.arange(len(sizes)), sizes)
    return chosen, hot_spot, int(comes_first[chosen].sum())
