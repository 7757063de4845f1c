"""Hot places that are placed freely: what they hold, their names, the ids they keep.

`rasure.places.free` says where the hexagons lie. Here they become the ranked places of
a designation, as `rasure.places.ranking` makes them of the cells of the grid. Nothing
is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

import networkx as nx
import numpy as np
import psycopg
import shapely
from scipy.spatial import cKDTree

from rasure.places import selection
from rasure.places.definition import Definition
from rasure.places.errors import NoPlaces
from rasure.places.events import (
    Events,
    Grid,
    history,
    read_events,
    read_grid,
    score_growth,
)
from rasure.places.free import (
    Hexagons,
    choose_freely,
    choose_staffed,
    hexagons_a_hot_spot,
    persistent_hexagons,
)
from rasure.places.hot_spots import HotSpot, Recorded, named
from rasure.places.keeping import kept_ids, unused
from rasure.places.ranking import RankedPlace, Ranking
from rasure.places.reviews import Review
from rasure.places.windows import month_end, month_start

FIGURES = ("lattice_metres", "hot_spot_gap_metres")

# The version whose ids go on: the one in force, else the one published last.
LATEST = """
    select designation_id
    from places.designations
    where force = %(force)s
        and patrol_window = %(patrol_window)s
        and exists (
            select from places.placed_hexagons as placed
            where placed.designation_id = designations.designation_id
        )
    order by valid_to is null desc, published_at desc, designation_id
    limit 1
"""
HEXAGONS_OF = """
    select hexagon_id, st_asbinary(geom)
    from places.placed_hexagons
    where designation_id = %s
    order by hexagon_id collate "C"
"""
HOT_SPOTS_OF = """
    select hot_spot_id, st_asbinary(geom)
    from places.hot_spots
    where designation_id = %s
    order by hot_spot_id collate "C"
"""
# Candidates that were reviewed before any of them was published.
REVIEWED = """
    select distinct on (hexagon_id) hexagon_id, st_asbinary(geom)
    from places.reviews
    where force = %(force)s
        and geom is not null
        and coalesce(patrol_window, %(patrol_window)s) = %(patrol_window)s
        and hexagon_id not in (select hexagon_id from places.placed_hexagons)
    order by hexagon_id, review_id desc
"""
USED_HEXAGONS = """
    select hexagon_id
    from places.placed_hexagons
    inner join places.designations using (designation_id)
    where force = %(force)s
    union
    select hexagon_id from places.reviews where force = %(force)s and geom is not null
"""
USED_HOT_SPOTS = """
    select distinct hot_spot_id
    from places.hot_spots
    inner join places.designations using (designation_id)
    where force = %(force)s
"""
RECORDED = """
    select
        st_x(dim_place.geom),
        st_y(dim_place.geom),
        dim_place.street_name,
        dim_place.generic_label,
        count(*)
    from core.fct_crime
    inner join core.dim_place on fct_crime.place_id = dim_place.place_id
    where fct_crime.force = %s
        and fct_crime.is_place_event
        and not fct_crime.is_at_institution
        and dim_place.geom is not null
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
"""
DISTRICTS = """
    select centres.number, min(districts.district_name)
    from unnest(%(x)s::double precision[], %(y)s::double precision[])
        with ordinality as centres (x, y, number)
    inner join geo.districts
        on st_intersects(
            districts.geom, st_setsrid(st_makepoint(centres.x, centres.y), 27700)
        )
    where districts.force = %(force)s
    group by centres.number
"""


def place_freely(
    connection: psycopg.Connection,
    force: str,
    definition: Definition,
    rejected: Collection[Review] = (),
    patrol_window: str = "all",
) -> tuple[Ranking, tuple[HotSpot, ...]]:
    """The hexagons that free placement takes, in that order, and their hot spots.

    They fill the share of the force's area that the definition says, or make its number
    of hot spots, and none lies on the ground of a rejected one. Each keeps its id while
    half of its area stays. Raises `NoPlaces` where there is nothing to place,
    `DefinitionRejected` when dbt computed with other figures than those of
    `definition`.
    """
    grid = read_grid(connection, force)
    events = read_events(connection, grid, patrol_window, definition)
    cell_km2 = float(grid.area_km2.mean())
    middles = kept_out(grid, rejected)
    if definition.by_number:
        each = hexagons_a_hot_spot(cell_km2, definition)
        wanted = int(definition.staffed_hot_spots) * each
        hexagons = choose_staffed(grid, events, grid.observed, definition, middles)
    else:
        target_km2 = grid.force_area_km2 * definition.coverage_percent / 100.0
        wanted = selection.cells_to_fill(cell_km2, target_km2, len(grid.x))
        hexagons = choose_freely(
            grid, events, grid.observed, definition, wanted, middles
        )
    if not len(hexagons):
        raise NoPlaces(
            f"There is no ground left to place a hot place of {force!r} on. See "
            "`rasure places candidates`; a rejection ends when it expires or another "
            "review overrides it."
        )
    names = Names.of(connection, force, patrol_window)
    ids = names.of_hexagons(hexagons.polygons(), hexagons.centres)
    is_persistent = persistent_hexagons(
        hexagons, grid, events, grid.observed, definition, wanted
    )
    growth = score_growth(connection, month_start(int(grid.observed[-1])))
    places = ranked_places(hexagons, ids, is_persistent, events, grid, growth)
    groups = near_one_another(hexagons, definition.hot_spot_gap_metres)
    spots = [[places[number] for number in group] for group in groups]
    polygons = hexagons.polygons()
    spot_ids = names.of_hot_spots(
        [shapely.union_all(polygons[group]) for group in groups],
        [spot[0].hexagon_id for spot in spots],
    )
    ranking = ranking_of(connection, grid, events, definition, patrol_window, places)
    recorded = recorded_in(connection, force, hexagons, ids)
    return ranking, named(spots, spot_ids, recorded)


def kept_out(grid: Grid, rejected: Collection[Review]) -> np.ndarray:
    """The middles of rejected hexagons as an (n, 2) array: cells and placed ones."""
    cell = {name: number for number, name in enumerate(grid.hexagon_id.tolist())}
    middles = []
    for review in rejected:
        if review.ground is not None:
            middle = shapely.from_wkb(review.ground).centroid
            middles.append((middle.x, middle.y))
        elif review.hexagon_id in cell:
            number = cell[review.hexagon_id]
            middles.append((grid.x[number], grid.y[number]))
    return np.array(middles, dtype=float).reshape(-1, 2)


def ranked_places(
    hexagons: Hexagons,
    ids: list[str],
    is_persistent: np.ndarray,
    events: Events,
    grid: Grid,
    growth: float,
) -> list[RankedPlace]:
    """The hexagons as ranked places, with what they hold; institutions are left out.

    `growth` is what the weights are divided by to be a score as at the latest month.
    """
    ranks = events.where(~events.is_at_institution)
    held_by = hexagons.holding(ranks.x, ranks.y)
    ranks, held_by = ranks.where(held_by >= 0), held_by[held_by >= 0]
    size = len(hexagons)
    scores = np.bincount(held_by, ranks.score_weight, minlength=size) / growth
    crimes = np.bincount(held_by, minlength=size)
    months = selection.months_with_crime(held_by, ranks.month, size)
    _, cell = cKDTree(np.column_stack([grid.x, grid.y])).query(hexagons.centres)
    cell_ids = grid.hexagon_id[cell].tolist()
    area_km2 = float(grid.area_km2.mean())
    return [
        RankedPlace(
            hexagon_id=ids[number],
            area_km2=area_km2,
            score=round(float(scores[number]), 9),
            crimes=int(crimes[number]),
            months_with_crime=int(months[number]),
            is_persistent=bool(is_persistent[number]),
            centre=tuple(hexagons.centres[number].tolist()),
            cell_id=cell_ids[number],
        )
        for number in range(size)
    ]


def near_one_another(hexagons: Hexagons, gap_metres: float) -> list[list[int]]:
    """The hexagons by hot spot, as numbers: those that lie within a gap of each other.

    Hot spots come in the order of their first hexagon; one that was taken as part of a
    hot spot stays in it.
    """
    if hexagons.hot_spot is not None:
        groups = defaultdict(list)
        for number, spot in enumerate(hexagons.hot_spot.tolist()):
            groups[spot].append(number)
        return list(groups.values())
    polygons = hexagons.polygons()
    pairs = shapely.STRtree(polygons).query(
        polygons, predicate="dwithin", distance=gap_metres
    )
    graph = nx.Graph()
    graph.add_nodes_from(range(len(hexagons)))
    graph.add_edges_from(pairs.T.tolist())
    return sorted(sorted(group) for group in nx.connected_components(graph))


def ranking_of(
    connection: psycopg.Connection,
    grid: Grid,
    events: Events,
    definition: Definition,
    patrol_window: str,
    places: list[RankedPlace],
) -> Ranking:
    """A ranking of placed hexagons, with the data that they were placed on."""
    observed = grid.observed
    years = selection.years_of_history(int(observed[0]), int(observed[-1]), definition)
    by_years = selection.goes_by_years(grid.is_day_dated, years, definition)
    switches = history(connection, grid.force).switches
    return Ranking(
        force=grid.force,
        force_area_km2=grid.force_area_km2,
        months_observed=len(observed),
        data_from=month_start(int(observed[0])),
        data_to=month_end(int(observed[-1])),
        crimes_total=int((~events.is_at_institution).sum()),
        places=places,
        patrol_window=patrol_window,
        is_by_years=by_years,
        parameters=definition.designation_parameters(by_years)
        | {name: getattr(definition, name) for name in (*FIGURES, *switches)},
    )


def recorded_in(
    connection: psycopg.Connection, force: str, hexagons: Hexagons, ids: list[str]
) -> dict[str, list[Recorded]]:
    """Where the crimes in scope of each hexagon were recorded, institutions out.

    The district is that of the hexagon's middle.
    """
    rows = connection.execute(RECORDED, (force,)).fetchall()
    x, y = np.array([row[:2] for row in rows], dtype=float).reshape(-1, 2).T
    middle_x, middle_y = hexagons.centres.T.tolist()
    districts = dict(
        connection.execute(
            DISTRICTS, {"x": middle_x, "y": middle_y, "force": force}
        ).fetchall()
    )
    recorded = defaultdict(list)
    for number, row in zip(hexagons.holding(x, y).tolist(), rows, strict=True):
        if number >= 0:
            street_name, generic_label, crimes = row[2:]
            recorded[ids[number]].append(
                Recorded(street_name, generic_label, districts.get(number + 1), crimes)
            )
    return recorded


class Names:
    """The ids of a force's placed hexagons and hot spots: those before, those used."""

    def __init__(
        self,
        force: str,
        hexagons: dict[str, shapely.Geometry],
        hot_spots: dict[str, shapely.Geometry],
        used_hexagons: Iterable[str],
        used_hot_spots: Iterable[str],
    ):
        self.force = force
        self.hexagons = hexagons
        self.hot_spots = hot_spots
        self.used_hexagons = set(used_hexagons)
        self.used_hot_spots = set(used_hot_spots)

    @classmethod
    def of(
        cls, connection: psycopg.Connection, force: str, patrol_window: str
    ) -> Names:
        """The ids that a force has in a window."""
        parameters = {"force": force, "patrol_window": patrol_window}
        latest = connection.execute(LATEST, parameters).fetchone()
        hexagons = connection.execute(REVIEWED, parameters).fetchall()
        hot_spots = []
        if latest:
            hexagons += connection.execute(HEXAGONS_OF, latest).fetchall()
            hot_spots = connection.execute(HOT_SPOTS_OF, latest).fetchall()
        used = [
            [name for (name,) in connection.execute(query, parameters)]
            for query in (USED_HEXAGONS, USED_HOT_SPOTS)
        ]
        shapes = [
            {name: shapely.from_wkb(bytes(wkb)) for name, wkb in rows}
            for rows in (hexagons, hot_spots)
        ]
        return cls(force, *shapes, *used)

    def of_hexagons(self, polygons: np.ndarray, centres: np.ndarray) -> list[str]:
        """The ids of placed hexagons: `<force>:at:<metres east>:<metres north>`.

        A new one is named after where it was first placed.
        """
        return self._named(
            kept_ids(self.hexagons, list(polygons)),
            [f"{self.force}:at:{x:.0f}:{y:.0f}" for x, y in centres.tolist()],
            self.used_hexagons,
        )

    def of_hot_spots(
        self, shapes: list[shapely.Geometry], first_hexagons: list[str]
    ) -> list[str]:
        """The ids of hot spots; a new one is named after its hottest hexagon."""
        return self._named(
            kept_ids(self.hot_spots, shapes), first_hexagons, self.used_hot_spots
        )

    @staticmethod
    def _named(
        kept: list[str | None], otherwise: list[str], used: set[str]
    ) -> list[str]:
        taken = used | {name for name in kept if name is not None}
        names = []
        for name, new in zip(kept, otherwise, strict=True):
            names.append(unused(new, taken) if name is None else name)
            taken.add(names[-1])
        return names
