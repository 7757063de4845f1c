"""Plans for institutions: prisons, hospitals, police stations and the like with crime.

They make no patrol hot place; each needs a plan of its own with an owner and a day on
which it is looked at again. Plans are never changed: a new one stands before an older.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg.rows import class_row

from rasure.places.errors import PlanRejected

KNOWN = """
    select exists (
        select from geo.institutions
        where force = %(force)s and institution_id = %(institution)s
    ) or exists (
        select from core.int_institution_crimes
        where force = %(force)s and institution_id = %(institution)s
    )
"""

WRITE = """
    insert into places.institution_plans (
        force, institution_id, plan, plan_owner, review_date, is_closed, written_by
    )
    values (
        %(force)s, %(institution)s, %(plan)s, %(owner)s, %(review_date)s, %(close)s,
        %(by)s
    )
    returning plan_id
"""

# The institutions with crime, those with most first, and the plan that each has.
LISTED = """
    select
        crimes.institution_id,
        crimes.institution_name as institution,
        crimes.institution_kind as kind,
        crimes.crimes,
        newest.plan,
        newest.plan_owner,
        newest.review_date,
        newest.review_date < current_date as is_overdue
    from core.int_institution_crimes as crimes
    left join (
        select distinct on (institution_id) *
        from places.institution_plans
        where force = %(force)s
        order by institution_id, plan_id desc
    ) as newest
        on crimes.institution_id = newest.institution_id
        and not newest.is_closed
    where crimes.force = %(force)s
    order by crimes.crimes desc, crimes.institution_id
"""


@dataclass(frozen=True)
class InstitutionPlan:
    """An institution with crime, and its plan: None in all four where it has none."""

    institution_id: str
    institution: str
    kind: str
    crimes: int
    plan: str | None
    plan_owner: str | None
    review_date: date | None
    is_overdue: bool | None

    @property
    def needs_attention(self) -> bool:
        """Whether it has no plan, or one that should have been looked at."""
        return self.plan is None or bool(self.is_overdue)


def write_plan(
    connection: psycopg.Connection,
    force: str,
    institution: str,
    *,
    plan: str,
    owner: str,
    review_date: date,
    by: str,
    close: bool = False,
) -> int:
    """Keep the plan of an institution, or its end; returns the plan's number.

    Raises `PlanRejected` without words, owner or writer, for a review in the past and
    for an institution that the force does not have.
    """
    said = {"plan": plan, "owner": owner, "by": by}
    for name, value in said.items():
        if not value.strip():
            raise PlanRejected(f"A plan needs --{name}: give it in a few words.")
    if review_date < date.today():
        raise PlanRejected(
            f"The review date {review_date} is past. Give the day on which the plan is "
            "looked at again: --review-date."
        )
    values = {
        "force": force,
        "institution": institution,
        "review_date": review_date,
        "close": close,
        **said,
    }
    if not connection.execute(KNOWN, values).fetchone()[0]:
        raise PlanRejected(
            f"{force} has no institution {institution!r}. `rasure places institution "
            f"list {force}` shows the ids of those with crime."
        )
    return connection.execute(WRITE, values).fetchone()[0]


def listed(connection: psycopg.Connection, force: str) -> list[InstitutionPlan]:
    """The institutions of a force that have crime, those with most first."""
    with connection.cursor(row_factory=class_row(InstitutionPlan)) as cursor:
        return cursor.execute(LISTED, {"force": force}).fetchall()
