"""Compare the recorded crime of a scope in the warehouse with published figures.

The published figures count every crime of an offence, with a knife or not. So each
offence of a scope is compared as a whole, by the Home Office classes that it has, and
those of its crimes that the scope counts are shown with it. A warehouse that lacks
robberies cannot be right about robberies with a knife.

Only quarters are compared that the force observes to their end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import psycopg

from rasure.scopes.errors import NothingToCompare
from rasure.scopes.published import Published

KNIFE_ENABLED = "knife-enabled"
ALL_OFFENCES = "all offences"

BUILT = "select to_regclass('marts.scope_months')"
FORCES = "select distinct force from core.int_niche_crimes order by force"
SCOPES = "select distinct scope from core.scope_offences order by scope"
KNOWN_CODES = "select ho_class from reference.offence_titles"
# The months that the force observes and that were over at its newest extract.
MONTHS = """
    select
        extract(year from month)::integer * 12
        + extract(month from month)::integer - 1 as month
    from core.dim_force_month
    where force = %(force)s and recency > 0
"""
# The classes of each offence that the scope names. One that it takes as a whole
# (`every`) has no name there, and cannot be compared by offence.
CLASSES = """
    select distinct offence, ho_class
    from core.scope_offences
    where scope = %(scope)s and offence is not null and ho_class is not null
"""
RECORDED = """
    select
        recorded_class,
        extract(year from recorded_month)::integer * 12
        + extract(month from recorded_month)::integer - 1 as month,
        count(*)
    from (
        select
            recorded_class,
            coalesce(recorded_date, reported_date, month) as recorded_month
        from core.int_niche_crimes
        where force = %(force)s
    ) as crimes
    where recorded_month is not null
    group by 1, 2
"""
IN_SCOPE = """
    select
        offence,
        extract(year from recorded_month)::integer * 12
        + extract(month from recorded_month)::integer - 1 as month,
        crimes,
        crimes_to_review
    from marts.scope_months
    where force = %(force)s
        and scope = %(scope)s
        and recorded_month is not null
"""


@dataclass(frozen=True)
class Compared:
    """An offence of the scope in the quarters that are compared.

    `published` and `recorded` count all its crimes, in the file and in the warehouse;
    `in_scope` those of the warehouse that the scope counts, and `to_review` those that
    it would count if a person decides that there was a knife.
    """

    offence: str
    classes: tuple[str, ...]
    published: int
    recorded: int
    in_scope: int
    to_review: int

    @property
    def difference(self) -> int:
        """Crimes of the warehouse more than are published."""
        return self.recorded - self.published

    @property
    def difference_percent(self) -> float | None:
        """The difference in percent of what is published; None if nothing is."""
        return 100.0 * self.difference / self.published if self.published else None


@dataclass(frozen=True)
class Reconciliation:
    """The offences of a scope compared, the last of them all offences together.

    `quarters` are the numbers of the first months of the quarters compared,
    `quarters_left_out` those of the file that the force does not observe whole.
    `codes_not_known` are offence codes of the file that no definition knows,
    `codes_not_parted` those that count classes of the scope and others as one.
    """

    force: str
    scope: str
    quarters: list[int]
    quarters_left_out: list[int]
    offences: list[Compared]
    codes_not_known: list[str]
    codes_not_parted: list[str]
    unreadable_lines: list[int]


def reconcile(
    connection: psycopg.Connection,
    published: Published,
    scope: str = KNIFE_ENABLED,
    force: str | None = None,
) -> Reconciliation:
    """Compare a scope with published counts.

    Without `force` it is the only force that the file and the warehouse both have.
    Raises `NothingToCompare` if there is no such force, scope or quarter.
    """
    if connection.execute(BUILT).fetchone()[0] is None:
        raise NothingToCompare(
            "The warehouse has no recorded crime of a records-management system yet. "
            "Run `rasure land niche_rms` and `rasure transform` first."
        )
    force = the_force(connection, published, force)
    names = {"force": force, "scope": scope}
    classes: dict[str, set[str]] = {}
    for offence, ho_class in connection.execute(CLASSES, names):
        classes.setdefault(offence, set()).add(ho_class)
    if not classes:
        scopes = [name for (name,) in connection.execute(SCOPES)]
        raise NothingToCompare(
            f"The scope {scope!r} names no offences to compare. The scopes are: "
            f"{', '.join(scopes)}."
        )
    counts = [count for count in published.counts if count.force == force]
    months = {month for (month,) in connection.execute(MONTHS, names)}
    of_file = {count.quarter for count in counts}
    quarters = {
        quarter for quarter in of_file if months >= set(range(quarter, quarter + 3))
    }
    if not quarters:
        raise NothingToCompare(
            f"The warehouse observes no quarter of the file from beginning to end for "
            f"{force}."
        )
    is_compared = {
        month for quarter in quarters for month in range(quarter, quarter + 3)
    }
    counts = [count for count in counts if count.quarter in quarters]
    recorded, in_scope, to_review = Counter(), Counter(), Counter()
    for ho_class, month, crimes in connection.execute(RECORDED, names):
        if month in is_compared:
            recorded[ho_class] += crimes
    for offence, month, crimes, doubtful in connection.execute(IN_SCOPE, names):
        if month in is_compared:
            in_scope[offence] += crimes
            to_review[offence] += doubtful

    def compared(offence: str, own: set[str], offences: list[str]) -> Compared:
        return Compared(
            offence,
            tuple(sorted(own)),
            published=sum(one.crimes for one in counts if one.classes <= own),
            recorded=sum(recorded[code] for code in own),
            in_scope=sum(in_scope[one] for one in offences),
            to_review=sum(to_review[one] for one in offences),
        )

    every = set().union(*classes.values())
    rows = [compared(name, classes[name], [name]) for name in sorted(classes)]
    rows.append(compared(ALL_OFFENCES, every, list(classes)))
    known = {code for (code,) in connection.execute(KNOWN_CODES)}
    return Reconciliation(
        force=force,
        scope=scope,
        quarters=sorted(quarters),
        quarters_left_out=sorted(of_file - quarters),
        offences=rows,
        codes_not_known=sorted(
            {count.offence_code for count in counts if not count.classes <= known}
        ),
        codes_not_parted=sorted(
            {
                count.offence_code
                for count in counts
                if count.classes & every
                and not any(count.classes <= own for own in classes.values())
            }
        ),
        unreadable_lines=published.unreadable_lines,
    )


def the_force(
    connection: psycopg.Connection, published: Published, asked: str | None
) -> str:
    """The force to compare; raises `NothingToCompare` with the ones there are."""
    in_warehouse = [force for (force,) in connection.execute(FORCES)]
    in_file = {count.force for count in published.counts}
    both = [force for force in in_warehouse if force in in_file]
    if asked in both:
        return asked
    if asked is None and len(both) == 1:
        return both[0]
    if asked is None and both:
        raise NothingToCompare(f"Say which force with --force: {', '.join(both)}.")
    raise NothingToCompare(
        f"No crimes to compare{'' if asked is None else ' of ' + asked}: the warehouse "
        f"has recorded crime of {', '.join(in_warehouse) or 'no force'}, the file of "
        f"{', '.join(sorted(in_file)[:5])}."
    )
