"""Candidates: what a review may be of, and how long it holds."""

from __future__ import annotations

import calendar
from datetime import date

import psycopg

from rasure.places import reviewing
from rasure.places.definition import Definition
from rasure.places.designation import propose
from rasure.places.errors import ReviewRejected


def candidate_hexagons(
    connection: psycopg.Connection,
    force: str,
    target: str,
    definition: Definition,
    patrol_window: str = "all",
    cell_only: bool = False,
) -> tuple[str | None, list[str]]:
    """The hot spot and the hexagons that a review of `target` is of.

    `target` is a candidate hot spot's id (that of its hottest hexagon), all of whose
    hexagons are meant unless `cell_only`, or the id of one hexagon: of a candidate, or
    of one that is reviewed already and may so be decided again. Raises
    `ReviewRejected` for anything else.
    """
    designation = propose(connection, force, definition, patrol_window)
    for spot in designation.hot_spots:
        if target == spot.hot_spot_id and not cell_only:
            return spot.hot_spot_id, list(spot.hexagon_ids)
        if target in spot.hexagon_ids:
            return spot.hot_spot_id, [target]
    known = reviewing.in_force(connection, force, patrol_window)
    if target in known:
        return known[target].hot_spot_id, together(known, target, cell_only)
    raise ReviewRejected(
        f"{target!r} is no candidate of {force} ({patrol_window}). `rasure places "
        f"candidates {force}` lists them by id."
    )


def together(
    known: dict[str, reviewing.Review], target: str, cell_only: bool
) -> list[str]:
    """The hexagons that were decided on with `target`, if it is their hot spot's id."""
    if cell_only or known[target].hot_spot_id != target:
        return [target]
    return [name for name, one in known.items() if one.hot_spot_id == target]


def default_expiry(today: date, definition: Definition) -> date:
    """The last day of a review made today: so many months on, on the same day."""
    month = today.year * 12 + today.month - 1 + int(definition.review_months)
    year, month = divmod(month, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(today.day, last))
