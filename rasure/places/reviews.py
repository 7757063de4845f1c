"""What reviewers said of candidates: who, when, why, and until when.

A rejected hexagon stays out of later versions until its review expires; the next
hottest moves up. A prison that nobody listed, a dual carriageway, a lake: the reason is
kept and shown. Reviews are never changed: a new one overrides an older one.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg.rows import class_row

from rasure.places.definition import Definition
from rasure.places.errors import ReviewRejected

ACCEPTED, REJECTED = "accepted", "rejected"

# The newest review of each hexagon, for this window or every one, if it still holds.
IN_FORCE = """
    select
        review_id, hexagon_id, hot_spot_id, decision, reason, note, reviewer,
        decided_at, expires_on, st_asbinary(geom) as ground
    from (
        select distinct on (hexagon_id) *
        from places.reviews
        where force = %(force)s
            and coalesce(patrol_window, %(patrol_window)s) = %(patrol_window)s
        order by hexagon_id, review_id desc
    ) as newest
    where expires_on >= coalesce(%(on)s, current_date)
    order by hexagon_id
"""

REVIEW = """
    insert into places.reviews (
        force, patrol_window, hexagon_id, hot_spot_id, decision, reason, note,
        reviewer, expires_on, geom
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, st_geomfromwkb(%s, 27700))
    returning review_id
"""


@dataclass(frozen=True)
class Review:
    """A decision on one hexagon; `hot_spot_id` is the candidate that it was part of.

    `ground` is the hexagon as WKB in EPSG:27700, if it was placed freely.
    """

    review_id: int
    hexagon_id: str
    hot_spot_id: str | None
    decision: str
    reason: str | None
    note: str | None
    reviewer: str
    decided_at: datetime
    expires_on: date
    ground: bytes | None = None


def in_force(
    connection: psycopg.Connection,
    force: str,
    patrol_window: str = "all",
    on: date | None = None,
) -> dict[str, Review]:
    """The reviews that hold today, or `on` a day, by hexagon."""
    with connection.cursor(row_factory=class_row(Review)) as cursor:
        reviews = cursor.execute(
            IN_FORCE, {"force": force, "patrol_window": patrol_window, "on": on}
        ).fetchall()
    return {review.hexagon_id: review for review in reviews}


def review(
    connection: psycopg.Connection,
    force: str,
    hexagon_ids: list[str],
    decision: str,
    reviewer: str,
    expires_on: date,
    reason: str | None = None,
    note: str | None = None,
    hot_spot_id: str | None = None,
    patrol_window: str | None = None,
    ground: Mapping[str, bytes] | None = None,
) -> list[int]:
    """Write a decision on each hexagon; the ids of the reviews, in their order.

    `ground` has those that are placed freely, as WKB by id.

    Raises `ReviewRejected` without a reviewer, for a rejection without a reason and
    for a review that has expired.
    """
    if not reviewer.strip():
        raise ReviewRejected("Say who reviews: --reviewer NAME.")
    if decision == REJECTED and not (reason or "").strip():
        raise ReviewRejected("Say why it is rejected: --reason 'a dual carriageway'.")
    if expires_on < date.today():
        raise ReviewRejected(f"A review that expired on {expires_on} decides nothing.")
    with connection.transaction():
        return [
            connection.execute(
                REVIEW,
                (
                    force,
                    patrol_window,
                    hexagon_id,
                    hot_spot_id,
                    decision,
                    reason,
                    note,
                    reviewer,
                    expires_on,
                    (ground or {}).get(hexagon_id),
                ),
            ).fetchone()[0]
            for hexagon_id in hexagon_ids
        ]


def record_reviews(
    connection: psycopg.Connection, designation_id: str, reviews: list[Review]
) -> None:
    """Record under which reviews a version was made."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into places.designation_reviews (designation_id, review_id) "
            "values (%s, %s) on conflict do nothing",
            [(designation_id, review.review_id) for review in reviews],
        )


def default_expiry(today: date, definition: Definition) -> date:
    """The last day of a review made today: so many months on, on the same day."""
    month = today.year * 12 + today.month - 1 + int(definition.review_months)
    year, month = divmod(month, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(today.day, last))
