"""What a transform says at its end about values that it could not take as they are.

Codes that nobody has classified, dates that cannot be, hours that the clocks skip or
repeat, and rows in quarantine that may restrict a record stop no run. The mart
`values_not_understood` counts them; these lines sum it up for who runs the transform.
They name columns and never a value.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

QUERY = """
    select force, kind, entity, field, assumed, count(*), sum(records)
    from {mart}
    group by 1, 2, 3, 4, 5
    order by 1, kind <> 'code without a term', sum(records) desc, 3, 4, 5
"""
PREFIX = "not understood: "
WORDS = {
    "code without a term": ("code", "without a term"),
    "date that cannot be": ("kind of date", "that cannot be"),
    "hour of a night of changed clocks": (
        "kind of hour",
        "that the clocks skip or repeat",
    ),
    "row in quarantine": ("kind of row", "in quarantine that may restrict"),
}
ADVICE = (
    "The Data quality page lists them. Give each code a term in the force's mapping "
    "(config/niche_rms or config/incidents), or have the date or the row corrected in "
    "the records system."
)


def values_not_understood(connection: psycopg.Connection, schema: str) -> list[str]:
    """A line for each column with such values, and what to do; none if there are none.

    `schema` is that of the marts.
    """
    mart = f"{schema}.values_not_understood"
    (table,) = connection.execute("select to_regclass(%s)", (mart,)).fetchone()
    if table is None:
        return []
    query = sql.SQL(QUERY).format(mart=sql.Identifier(schema, "values_not_understood"))
    lines = []
    for force, kind, entity, field, assumed, kinds, records in connection.execute(
        query
    ):
        what, fault = WORDS[kind]
        lines.append(
            f"{force}: {entity}.{field}: {_count(kinds, what)} {fault} in "
            f"{_count(records, 'record')}. "
            f"They count as {assumed.removeprefix('as ')}."
        )
    return [PREFIX + line for line in (*lines, ADVICE)] if lines else []


def _count(number: int, what: str) -> str:
    first, *rest = what.split(" ", 1)
    plural = first if number == 1 else f"{first}s"
    return " ".join((f"{number:,}", plural, *rest))
