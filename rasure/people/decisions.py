"""Decisions and plans on people who meet a rule: rows are added, never changed.

A decision needs a rule that the person meets, so nobody can be put on a list here.
"Today" is the day of the force's data, as in the lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import psycopg
from psycopg.rows import class_row

from rasure.people.errors import NotOnAList, ReviewDateRejected

List = Literal["risk", "vulnerable", "review"]

MEETS_RULE = {
    "risk": "select 1 from core.int_people_entries"
    " where force = %(force)s and person_id = %(person)s and list = 'risk'",
    "vulnerable": "select 1 from core.int_people_entries"
    " where force = %(force)s and person_id = %(person)s and list = 'vulnerable'",
    "review": "select 1 from marts_people.knife_carrier_reviews"
    " where force = %(force)s and person_id = %(person)s",
}
LIMITS = """
    select moments.as_of_date, figures.review_days
    from core.people_as_of as moments
    cross join reference.people_figures as figures
    where moments.force = %s
    order by figures.valid_from desc
    limit 1
"""
OVERDUE = """
    select force, list, person_id, owner, has_plan, review_on
    from core.int_people_listed
    where is_shown and (is_review_overdue or not has_plan)
        and (%(force)s::text is null or force = %(force)s)
    order by force, list, review_on, person_id
"""


@dataclass(frozen=True)
class Overdue:
    """A person shown on a list whose review is past or who has no plan."""

    force: str
    list: str
    person_id: str
    owner: str
    has_plan: bool
    review_on: date


def decide(
    connection: psycopg.Connection,
    force: str,
    on_list: List,
    person: str,
    *,
    decision: Literal["confirmed", "refused"],
    reason: str,
    by: str,
    review_on: date | None = None,
) -> date:
    """Store an analyst's decision on a person of a list; returns the review date.

    Without `review_on` the review is on the latest date allowed. Raises `NotOnAList`,
    `ReviewDateRejected`.
    """
    until = _checked(connection, force, on_list, person, review_on)
    connection.execute(
        "insert into people.confirmations"
        " (force, list, person_id, decision, reason, review_on, decided_by)"
        " values (%s, %s, %s, %s, %s, %s, %s)",
        (force, on_list, person, decision, reason, until, by),
    )
    return until


def plan(
    connection: psycopg.Connection,
    force: str,
    on_list: List,
    person: str,
    *,
    owner: str,
    actions: str,
    by: str,
    review_on: date | None = None,
    close: bool = False,
) -> date:
    """Store a plan for a person of a list (or close it); returns its review date.

    Raises `NotOnAList`, `ReviewDateRejected`.
    """
    until = _checked(connection, force, on_list, person, review_on)
    connection.execute(
        "insert into people.plans"
        " (force, list, person_id, owner, actions, review_on, is_closed, written_by)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (force, on_list, person, owner, actions, until, close, by),
    )
    return until


def forget_gone(connection: psycopg.Connection) -> int:
    """Erase decisions and plans on people whom the force's records no longer have.

    A person deleted at the source must be erased here too. Nothing is erased for a
    force without any person (its core is not built). Returns the number of rows erased.
    """
    return sum(
        connection.execute(
            f"delete from people.{table} as kept where exists ("
            " select 1 from core.people_persons as persons"
            " where persons.force = kept.force"
            ") and not exists ("
            " select 1 from core.people_persons as persons"
            " where persons.force = kept.force"
            " and persons.person_id = kept.person_id)"
        ).rowcount
        for table in ("confirmations", "plans", "co_offending")
    )


def overdue(connection: psycopg.Connection, force: str | None = None) -> list[Overdue]:
    """The people shown whose review is past or who have no plan, oldest first."""
    with connection.cursor(row_factory=class_row(Overdue)) as cursor:
        return cursor.execute(OVERDUE, {"force": force}).fetchall()


def _checked(
    connection: psycopg.Connection,
    force: str,
    on_list: List,
    person: str,
    review_on: date | None,
) -> date:
    entry = connection.execute(MEETS_RULE[on_list], {"force": force, "person": person})
    if entry.fetchone() is None:
        raise NotOnAList(
            f"Person {person} of {force} meets no rule of the list {on_list!r}: there "
            "is nothing to decide, and nobody is listed without a rule. Check the id "
            "in the list, and that the transform has run."
        )
    today, days = connection.execute(LIMITS, (force,)).fetchone()
    latest = today + timedelta(days=days)
    until = review_on or latest
    if not today <= until <= latest:
        raise ReviewDateRejected(
            f"The review date {until} is not between {today}, the day the data are of, "
            f"and {latest}, {days} days later. Give one that is."
        )
    return until
