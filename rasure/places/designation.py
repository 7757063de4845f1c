"""Designating hot places: the hexagons that fill the share of the force area.

They are cells of the grid, or placed freely where `rasure places method` has found that
this catches more.

The same data and definition give the same designation, down to its id, so publishing
again changes nothing; anything else is a new version, and the one before it ends.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import replace

import numpy as np
import psycopg

from rasure.places.choosing import published_method
from rasure.places.definition import Definition
from rasure.places.errors import NoPlaces, ReviewNeeded, ReviewRejected
from rasure.places.events import forces_with_crimes, history
from rasure.places.free import FREE, QUIET, hexagons_a_hot_spot, touching_metres
from rasure.places.hot_spots import HotSpot, merge, named, recorded_at
from rasure.places.keeping import is_mostly_on
from rasure.places.placing import place_freely
from rasure.places.ranking import RankedPlace, Ranking, hottest_first, rank_places
from rasure.places.reviews import (
    ACCEPTED,
    REJECTED,
    Review,
    in_force,
    record_reviews,
)
from rasure.places.selection import grown
from rasure.places.versions import (
    Designation,
    content_id,
    placed_shapes,
    take_turn,
)
from rasure.places.versions import publish as publish_version
from rasure.places.zones import designated

log = logging.getLogger(__name__)

METHOD = "decayed harm to a power, persistent places first, institutions out"
METHOD_FREE = f"{METHOD}, placed freely"


def designate(
    connection: psycopg.Connection,
    force: str,
    publish: bool = True,
    definition: Definition | None = None,
    patrol_window: str = "all",
) -> Designation:
    """Designate the hot places of `force` and, if `publish`, publish them.

    One transaction, the patrol zones included where the force's streets are loaded;
    runs for one force take turns. `patrol_window` is `all`, `day` or
    `night`. Raises `NoPlaces` when there is nothing to rank, and `ReviewNeeded` when
    the definition wants candidates accepted before they are published and some are not.
    """
    definition = definition or Definition.load()
    with connection.transaction():
        take_turn(connection, force)
        designation = propose(connection, force, definition, patrol_window)
        if publish:
            check_reviewed(designation, definition)
            method = METHOD_FREE if designation.is_placed_freely else METHOD
            is_new = publish_version(connection, designation, method)
            record_reviews(
                connection, designation.designation_id, list(designation.reviews)
            )
            designation = replace(designation, is_new=is_new)
            draw_zones(connection, force, patrol_window)
    return designation


def draw_zones(connection: psycopg.Connection, force: str, patrol_window: str) -> None:
    """Draw the patrol zones of what was published, where there are streets."""
    if designated.has_streets(connection, force):
        designated.draw(connection, force, patrol_window)


def propose(
    connection: psycopg.Connection,
    force: str,
    definition: Definition,
    patrol_window: str = "all",
) -> Designation:
    """What would be designated now, under the reviews in force; nothing is written."""
    reviews = in_force(connection, force, patrol_window)
    if published_method(connection, force, definition, patrol_window) == FREE:
        return propose_freely(connection, force, definition, reviews, patrol_window)
    return propose_on_grid(connection, force, definition, reviews, patrol_window)


def propose_on_grid(
    connection: psycopg.Connection,
    force: str,
    definition: Definition,
    reviews: dict[str, Review],
    patrol_window: str,
) -> Designation:
    """The cells of the grid that would be designated under some reviews."""
    ranking = rank_places(connection, force, definition, patrol_window)
    rejections = rejected(reviews)
    allowed = ranking.without(
        {review.hexagon_id for review in rejections}
        | cells_under(connection, force, rejections)
    )
    if not allowed.places:
        raise NoPlaces(
            f"Reviewers have rejected every place of {force!r}. See `rasure places "
            "candidates`; a rejection ends when it expires or another review overrides "
            "it."
        )
    if definition.by_number:
        hot_spots = staffed_hot_spots(connection, force, allowed, definition)
        place = {place.hexagon_id: place for place in allowed.places}
        hexagons = tuple(place[name] for spot in hot_spots for name in spot.hexagon_ids)
    else:
        hexagons = tuple(allowed.fill(definition.coverage_percent))
        hot_spots = merge(connection, force, hexagons)
    last = max(hexagons, key=hottest_first)
    considered = set(ranking.ids_to(last.hexagon_id))
    return designation_of(
        definition,
        ranking,
        hexagons,
        hot_spots,
        [one for hexagon_id, one in reviews.items() if hexagon_id in considered],
    )


CENTRES = """
    select hexagon_id, st_x(centroid), st_y(centroid)
    from geo.hexagons
    where hexagon_id = any(%s)
"""


def staffed_hot_spots(
    connection: psycopg.Connection,
    force: str,
    ranking: Ranking,
    definition: Definition,
) -> tuple[HotSpot, ...]:
    """The hot spots of the grid that a force can staff: their number and their size.

    Each begins with the hottest cell that is left and grows by the hottest one that it
    touches. Quiet ground joins none, so that a hot spot can be smaller.
    """
    cell_km2 = ranking.places[0].area_km2
    each = hexagons_a_hot_spot(cell_km2, definition)
    wanted = int(definition.staffed_hot_spots)
    places = ranking.places[: QUIET * wanted * each]
    ids = [place.hexagon_id for place in places]
    centre = {name: (x, y) for name, x, y in connection.execute(CENTRES, (ids,))}
    groups = [
        [places[number] for number in group]
        for group in grown(
            np.array([centre[name] for name in ids]),
            touching_metres(cell_km2),
            wanted,
            each,
        )
    ]
    return named(
        groups,
        [group[0].hexagon_id for group in groups],
        recorded_at(connection, force, ids),
    )


def propose_freely(
    connection: psycopg.Connection,
    force: str,
    definition: Definition,
    reviews: dict[str, Review],
    patrol_window: str,
) -> Designation:
    """The hexagons that would be placed freely under some reviews.

    An acceptance holds while most of the ground is that which the reviewer saw, however
    far the hexagon has moved since with its id.
    """
    rejections = rejected(reviews)
    ranking, hot_spots = place_freely(
        connection, force, definition, rejections, patrol_window
    )
    placed = placed_shapes(ranking.places)
    accepted = [
        review
        for review in reviews.values()
        if review.decision == ACCEPTED
        and review.ground is not None
        and review.hexagon_id in placed
        and is_mostly_on(placed[review.hexagon_id], review.ground)
    ]
    return designation_of(
        definition, ranking, tuple(ranking.places), hot_spots, rejections + accepted
    )


def rejected(reviews: dict[str, Review]) -> list[Review]:
    """Those of some reviews that keep a hexagon out."""
    return [review for review in reviews.values() if review.decision == REJECTED]


CELLS_UNDER = """
    select cells.hexagon_id
    from unnest(%(ground)s::bytea[]) as rejected (wkb)
    inner join geo.hexagons as cells
        on st_intersects(cells.centroid, st_geomfromwkb(rejected.wkb, 27700))
    where cells.force = %(force)s
"""


def cells_under(
    connection: psycopg.Connection, force: str, rejections: list[Review]
) -> set[str]:
    """The cells whose middle lies on ground that was rejected as a placed hexagon.

    So the grid does not bring back what reviewers kept out of free placement.
    """
    ground = [review.ground for review in rejections if review.ground is not None]
    if not ground:
        return set()
    rows = connection.execute(CELLS_UNDER, {"ground": ground, "force": force})
    return {hexagon_id for (hexagon_id,) in rows}


def designation_of(
    definition: Definition,
    ranking: Ranking,
    hexagons: tuple[RankedPlace, ...],
    hot_spots: tuple[HotSpot, ...],
    reviews: list[Review],
) -> Designation:
    """A designation of some hexagons of a ranking, with its id."""
    coverage_percent = definition.coverage_percent
    if definition.by_number:
        area_km2 = sum(place.area_km2 for place in hexagons)
        coverage_percent = 100.0 * area_km2 / ranking.force_area_km2
    return Designation(
        designation_id=content_id(
            ranking.force,
            ranking.data_to,
            hexagons,
            ranking.parameters,
            ranking.patrol_window,
        ),
        force=ranking.force,
        definition_version=definition.version,
        data_from=ranking.data_from,
        data_to=ranking.data_to,
        coverage_percent=coverage_percent,
        force_area_km2=ranking.force_area_km2,
        crimes_total=ranking.crimes_total,
        hexagons=hexagons,
        hot_spots=hot_spots,
        parameters=ranking.parameters,
        patrol_window=ranking.patrol_window,
        reviews=tuple(reviews),
    )


def check_reviewed(designation: Designation, definition: Definition) -> None:
    """Raise `ReviewNeeded` when a review is wanted and a candidate has none."""
    if not definition.needs_review:
        return
    open_spots = [
        spot.hot_spot_name
        for spot in designation.hot_spots
        if not designation.is_accepted(spot)
    ]
    if open_spots:
        named = "; ".join(open_spots[:3])
        raise ReviewNeeded(
            f"{len(open_spots)} of the {len(designation.hot_spots)} candidates of "
            f"{designation.force} ({designation.patrol_window}) have not been accepted "
            f"({named}{' …' if len(open_spots) > 3 else ''}). See `rasure places "
            "candidates`, then `rasure places accept` or `reject`."
        )


def designate_all(
    connection: psycopg.Connection, definition: Definition | None = None
) -> list[Designation]:
    """Designate every force that has crimes, in every window that its crimes know.

    Each is published where it has changed, once its candidates are accepted if the
    definition wants that.
    """
    with connection.transaction():
        forces = forces_with_crimes(connection)
    return designate_each(
        connection,
        definition or Definition.load(),
        forces,
        waits_for_review=True,
    )


def designate_each(
    connection: psycopg.Connection,
    definition: Definition,
    forces: list[str],
    patrol_window: str | None = None,
    publish: bool = True,
    waits_for_review: bool = False,
) -> list[Designation]:
    """Designate some forces, each in one window or in all that its crimes know.

    Each designation is a transaction of its own, unless the caller is in one already.
    Of several windows, one without serious violence is passed over with a warning.
    Where a candidate is not accepted yet, nothing is published if `waits_for_review`;
    else `ReviewNeeded` is raised. Raises `NoPlaces` when a force has no serious
    violence in the window that was asked for, or in none.
    """
    with connection.transaction():
        forces_and_windows = [
            (force, one)
            for force in forces
            for one in (
                [patrol_window] if patrol_window else history(connection, force).windows
            )
        ]
    designations = []
    for force, one in forces_and_windows:
        designate_it = functools.partial(
            designate, connection, force, definition=definition, patrol_window=one
        )
        try:
            designation = designate_it(publish=publish)
        except ReviewNeeded:
            if not waits_for_review:
                raise
            designation = designate_it(publish=False)
        except NoPlaces:
            if patrol_window or one == "all":
                raise
            log.warning(
                "%s: there is no serious violence by %s; nothing is designated in that "
                "window.",
                *(force, one),
            )
            continue
        designations.append(designation)
    return designations


def candidate_hexagons(
    connection: psycopg.Connection,
    force: str,
    target: str,
    definition: Definition,
    patrol_window: str = "all",
    cell_only: bool = False,
) -> tuple[str | None, list[str], dict[str, bytes]]:
    """The hot spot and the hexagons that a review of `target` is of.

    With the ground, as WKB, of those that are placed freely.

    `target` is a candidate hot spot's id (that of its hottest hexagon), all of whose
    hexagons are meant unless `cell_only`, or the id of one hexagon: of a candidate, or
    of one that is reviewed already and may so be decided again. Raises
    `ReviewRejected` for anything else.
    """
    designation = propose(connection, force, definition, patrol_window)
    ground = placed_shapes(designation.hexagons)
    for spot in designation.hot_spots:
        if target == spot.hot_spot_id and not cell_only:
            return spot.hot_spot_id, list(spot.hexagon_ids), ground
        if target in spot.hexagon_ids:
            return spot.hot_spot_id, [target], ground
    known = in_force(connection, force, patrol_window)
    if target in known:
        ground = {
            name: review.ground
            for name, review in known.items()
            if review.ground is not None
        }
        return known[target].hot_spot_id, together(known, target, cell_only), ground
    raise ReviewRejected(
        f"{target!r} is no candidate of {force} ({patrol_window}). `rasure places "
        f"candidates {force}` lists them by id."
    )


def together(known: dict[str, Review], target: str, cell_only: bool) -> list[str]:
    """The hexagons that were decided on with `target`, if it is their hot spot's id."""
    if cell_only or known[target].hot_spot_id != target:
        return [target]
    return [name for name, one in known.items() if one.hot_spot_id == target]
