"""Which queries of a chart are allowed: those on its dataset, with bounded work.

Superset lets anybody who can read a chart send other queries to it, with SQL of their
own for a column, a metric, a condition or an order. That SQL can call functions of the
server, change settings of the session or use all of the memory, and readers of a
dashboard need none of it.

Superset also computes post-processing steps in its own memory, without a limit: a
histogram can have any number of bins, and a series can be resampled to any interval.
"""

from __future__ import annotations

from collections.abc import Iterator

MAX_QUERIES = 10  # in one request; our charts send one or two
MAX_STEPS = 10  # in one query; each time offset counts as a step
# The operations that return no more values than they are given.
BOUNDED_OPERATIONS = {
    "aggregate",
    "compare",
    "contribution",
    "cum",
    "diff",
    "flatten",
    "pivot",
    "rank",
    "rename",
    "rolling",
    "select",
    "sort",
}
COLUMNS = ("columns", "groupby", "series_columns")
CONDITIONS = ("where", "having")
# Superset adds these itself: its pseudo column of time, and the count of samples.
ADDED_BY_SUPERSET = {"__timestamp", "COUNT(*)"}


def goes_beyond_dataset(query: dict, names: set[str]) -> bool:
    """True if a query uses anything but the columns and metrics of its dataset.

    `query` has the keys of a query in Superset's chart API; `names` holds the names of
    those columns and metrics.
    """
    allowed = names | ADDED_BY_SUPERSET
    return any(text not in allowed for text in _texts_used(query, names))


def is_bounded(step: dict) -> bool:
    """True if a post-processing step returns no more values than it is given."""
    return step.get("operation") in BOUNDED_OPERATIONS


def _texts_used(query: dict, names: set[str]) -> Iterator[str]:
    """Yield each text that Superset writes into SQL as it stands.

    A label that hides another column is yielded as a sentence, which is the name of no
    column: later steps would take the label for the column of that name.
    """
    for key in COLUMNS:
        for column in query.get(key) or ():
            if not isinstance(column, dict):
                yield str(column)
            elif column.get("label") != column.get("sqlExpression"):
                yield "a column with another label"
    for metric in query.get("metrics") or ():
        if isinstance(metric, dict) and metric.get("label") in names:
            yield "a metric labelled as a column"
    for key in CONDITIONS:
        condition = (query.get("extras") or {}).get(key) or query.get(key)
        if condition:
            yield str(condition)
    # An annotation runs another chart with any query. None of our charts has one.
    if query.get("annotation_layers"):
        yield "an annotation"
    yield from _expressions(query)


def _expressions(value: object) -> Iterator[str]:
    """Yield the expressions and columns of ad hoc parts, at any depth."""
    if isinstance(value, dict):
        if value.get("sqlExpression") is not None:
            yield str(value["sqlExpression"])
        if isinstance(value.get("column"), dict):
            yield str(value["column"].get("column_name"))
        for part in value.values():
            yield from _expressions(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _expressions(part)
