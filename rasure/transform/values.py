"""What a transform says at its end about values that it could not take as they are.

Codes that nobody has classified, and dates that cannot be, stop no run. The mart
`values_not_understood` counts them; these lines sum it up for who runs the transform.
They name columns and never a value.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

QUERY = """
    select force, kind = 'code without a term', entity, field, assumed,
        count(*), sum(records)
    from {mart}
    group by 1, 2, 3, 4, 5
    order by 1, 2 desc, sum(records) desc, 3, 4, 5
"""
PREFIX = "not understood: "
ADVICE = (
    "The Data quality page lists them. Give each code a term in the force's mapping "
    "(config/niche_rms or config/incidents), or have the date corrected in the records "
    "system."
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
    for force, is_code, entity, field, assumed, kinds, records in connection.execute(
        query
    ):
        if is_code:
            found = f"{_count(kinds, 'code')} without a term"
        else:
            found = _count(kinds, "kind of date") + " that cannot be"
        lines.append(
            f"{force}: {entity}.{field}: {found} in {_count(records, 'record')}. "
            f"They count as {assumed}."
        )
    return [PREFIX + line for line in (*lines, ADVICE)] if lines else []


def _count(number: int, what: str) -> str:
    first, *rest = what.split(" ", 1)
    plural = first if number == 1 else f"{first}s"
    return " ".join((f"{number:,}", plural, *rest))
