"""Whether a chart's query asks for columns and metrics of its dataset, or for SQL.

Superset lets everybody who may read a chart send it other queries, with SQL of their
own for a column, a metric, a condition or an order. What SQL can do (calling functions
of the server, changing a session's settings, taking all its memory) is far more than
what a reader of a dashboard needs. Nothing here needs Superset: it is tested without.
"""

from __future__ import annotations

from collections.abc import Iterator

COLUMNS = ("columns", "groupby", "series_columns")
CONDITIONS = ("where", "having")
# What Superset itself adds: its pseudo column of time, and how it counts samples.
SUPERSETS_OWN = {"__timestamp", "COUNT(*)"}


def asks_for_more(query: dict, names: set[str]) -> bool:
    """Whether a query (as Superset's chart API takes it) asks for anything but `names`,
    which are the columns and metrics of its dataset."""
    return any(text not in names | SUPERSETS_OWN for text in _texts(query, names))


def _texts(query: dict, names: set[str]) -> Iterator[str]:
    """What of a query Superset would write into SQL as it stands, or would take for
    another column in the steps that follow."""
    for key in COLUMNS:
        for column in query.get(key) or ():
            if not isinstance(column, dict):
                yield str(column)
            elif column.get("label") != column.get("sqlExpression"):
                yield "a column by another one's name"
    for metric in query.get("metrics") or ():
        if isinstance(metric, dict) and metric.get("label") in names:
            yield "a figure by a column's name"
    for key in CONDITIONS:
        condition = (query.get("extras") or {}).get(key) or query.get(key)
        if condition:
            yield str(condition)
    # Annotations run another chart with whatever they say; no chart of ours has any.
    if query.get("annotation_layers"):
        yield "an annotation"
    yield from _expressions(query)


def _expressions(value: object) -> Iterator[str]:
    """The expressions and columns of the ad hoc parts, however deep they lie."""
    if isinstance(value, dict):
        if "sqlExpression" in value and value["sqlExpression"] is not None:
            yield str(value["sqlExpression"])
        if isinstance(value.get("column"), dict):
            yield str(value["column"].get("column_name"))
        for part in value.values():
            yield from _expressions(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _expressions(part)
