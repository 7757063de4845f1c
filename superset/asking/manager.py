"""Superset's security manager, with two rules more.

1. A chart is asked for columns and metrics of its dataset. SQL of one's own is for
   those who have SQL Lab, where it is kept with their name.
2. SQL Lab runs what reads (`asking.statements`).

Superset asks its security manager before every query, whichever page or API it came
through; these rules come after its own.
"""

from __future__ import annotations

from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
from superset.exceptions import SupersetSecurityException
from superset.security import SupersetSecurityManager

from asking.names import asks_for_more
from asking.statements import only_read

PARTS = ("annotation_layers", "columns", "extras", "filter", "groupby", "metrics")
PARTS += ("orderby", "series_columns", "series_limit_metric")


class RasureSecurityManager(SupersetSecurityManager):
    """Who may ask what; see the module."""

    def raise_for_access(
        self, *arguments, query=None, query_context=None, viz=None, sql=None, **others
    ) -> None:
        """Raise `SupersetSecurityException` for what the user may not ask."""
        super().raise_for_access(
            *arguments,
            query=query,
            query_context=query_context,
            viz=viz,
            sql=sql,
            **others,
        )
        sql = sql or getattr(query, "sql", None)
        if sql and not only_read(sql):
            raise _refused("SQL Lab runs what reads: SELECT, EXPLAIN and SHOW.")
        if self.can_access("can_execute_sql_query", "SQLLab"):
            return
        if query is not None or sql:
            raise _refused("SQL of your own needs the right to SQL Lab.")
        asked = viz or query_context
        if asked is None:
            return
        names = _names(asked.datasource)
        if any(asks_for_more(part, names) for part in _queries(query_context, viz)):
            raise _refused(
                "A chart may be asked for columns and metrics of its dataset; SQL of "
                "your own needs the right to SQL Lab."
            )


def _queries(query_context, viz) -> list[dict]:
    """The queries that a chart sends, in the form of Superset's chart API."""
    if viz is not None:
        return [viz.query_obj()]
    return [
        {part: getattr(query, part, None) for part in PARTS}
        for query in query_context.queries
    ]


def _names(datasource) -> set[str]:
    columns = {column.column_name for column in datasource.columns}
    return columns | {metric.metric_name for metric in datasource.metrics}


def _refused(message: str) -> SupersetSecurityException:
    return SupersetSecurityException(
        SupersetError(
            message=message,
            error_type=SupersetErrorType.QUERY_SECURITY_ACCESS_ERROR,
            level=ErrorLevel.WARNING,
        )
    )
