"""Questions to a reviewer, and decisions. A decision takes effect with the next run and
stays: an accepted pair is one person, a rejected pair is two."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import psycopg
from psycopg.rows import class_row

from rasure.linkage.errors import ReviewRejected

Verdict = Literal["accepted", "rejected"]


@dataclass(frozen=True)
class Review:
    """A pair of source persons, what the model thinks, and what was decided."""

    review_id: int
    force_l: str
    person_l: str
    force_r: str
    person_r: str
    probability: float | None
    status: str
    opened_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    note: str | None

    def as_dict(self) -> dict:
        """The review as JSON prints it."""
        decided_at = self.decided_at.isoformat() if self.decided_at else None
        return {
            **asdict(self),
            "opened_at": self.opened_at.isoformat(),
            "decided_at": decided_at,
        }


def reviews(
    connection: psycopg.Connection, status: str = "open", limit: int = 100
) -> list[Review]:
    """Reviews of a status; the likeliest first, then the oldest."""
    with connection.cursor(row_factory=class_row(Review)) as cursor:
        return cursor.execute(
            "select * from linkage.reviews where status = %s"
            " order by probability desc nulls last, review_id limit %s",
            (status, limit),
        ).fetchall()


def decide(
    connection: psycopg.Connection,
    review_id: int,
    verdict: Verdict,
    by: str,
    note: str | None = None,
) -> None:
    """Answer a review; a later answer replaces an earlier one.

    Raises `ReviewRejected` for a review that is not there, or without a name.
    """
    _check_name(by)
    answered = connection.execute(
        "update linkage.reviews set status = %s, decided_at = clock_timestamp(),"
        " decided_by = %s, note = %s where review_id = %s",
        (verdict, by, note, review_id),
    )
    if not answered.rowcount:
        raise ReviewRejected(
            f"There is no review {review_id}. See `rasure link review list`."
        )


def decide_pair(
    connection: psycopg.Connection,
    one: tuple[str, str],
    other: tuple[str, str],
    verdict: Verdict,
    by: str,
    note: str | None = None,
) -> None:
    """Decide on two source persons (force, person_id) without a question, for instance
    to separate two that the model put together.

    Raises `ReviewRejected` for a person whom linkage does not know, or without a name.
    """
    _check_name(by)
    pair = sorted({one, other}, key=lambda end: (len(end[1]), end[1], end[0]))
    if len(pair) != 2:
        raise ReviewRejected("A decision needs two different persons.")
    with connection.transaction():
        # Wait for an erasure that is under way: its records must not be named here.
        connection.execute("lock table linkage.persons in share mode")
        known = connection.execute(
            "select count(*) from linkage.persons"
            " where (force, person_id) in ((%s, %s), (%s, %s))",
            (*pair[0], *pair[1]),
        ).fetchone()
        if known != (2,):
            raise ReviewRejected(
                "Linkage does not know both of these persons. Give the force and the "
                "source's person ids as core has them, after a `rasure link`."
            )
        connection.execute(
            "insert into linkage.reviews (force_l, person_l, force_r, person_r, status,"
            " decided_at, decided_by, note)"
            " values (%s, %s, %s, %s, %s, clock_timestamp(), %s, %s)"
            " on conflict (force_l, person_l, force_r, person_r) do update set"
            " status = excluded.status, decided_at = excluded.decided_at,"
            " decided_by = excluded.decided_by, note = excluded.note",
            (*pair[0], *pair[1], verdict, by, note),
        )


def _check_name(by: str) -> None:
    if not by.strip():
        raise ReviewRejected("A decision needs the name of who decides (--by).")
