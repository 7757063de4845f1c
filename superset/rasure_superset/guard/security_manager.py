"""Superset's security manager, with three rules more.

1. A chart is asked for columns and metrics of its dataset (`queries`); SQL is for
   SQL Lab, where it is kept with the name of who wrote it.
2. What Superset works out from the answer is bounded (`steps`).
3. SQL Lab runs what reads (`statements`), for those who have it.

Superset asks its security manager before every query, whichever page or API it came
through; these rules come after its own.
"""

from __future__ import annotations

import json

from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
from superset.exceptions import SupersetSecurityException
from superset.security import SupersetSecurityManager

from rasure_superset.guard.queries import asks_for_more
from rasure_superset.guard.statements import is_name, only_read
from rasure_superset.guard.steps import MOST_QUERIES, MOST_STEPS, is_plain

PARTS = ("annotation_layers", "columns", "extras", "filter", "groupby", "metrics")
PARTS += ("orderby", "series_columns", "series_limit_metric")
# By the address before the chart API; others there run what no query of theirs shows.
DRAWN_THE_OLD_WAY = {"deck_geojson"}


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
        if query is not None or sql:
            self._refuse_statements(sql or getattr(query, "sql", ""))
        if viz is not None:
            if viz.viz_type not in DRAWN_THE_OLD_WAY:
                raise _refused("Charts of this kind are not drawn here.")
            _refuse_sql(viz.datasource, [viz.query_obj()])
        if query_context is not None:
            asked = query_context.queries
            queries = [{part: getattr(q, part, None) for part in PARTS} for q in asked]
            _refuse_sql(query_context.datasource, queries)
            self._refuse_work(query_context.datasource, asked)

    def _refuse_statements(self, sql: str) -> None:
        if not self.can_access("can_execute_sql_query", "SQLLab"):
            raise _refused("SQL of your own needs the right to SQL Lab.")
        if not only_read(sql):
            raise _refused("SQL Lab runs what reads: SELECT, EXPLAIN and SHOW.")

    def _refuse_work(self, datasource, queries) -> None:
        """Raise for more than a chart of ours needs, or an explorer's chart."""
        if len(queries) > MOST_QUERIES:
            raise _refused(f"A chart may be asked {MOST_QUERIES} questions at a time.")
        counts = [
            len(query.post_processing or ()) + len(query.time_offsets or ())
            for query in queries
        ]
        if any(count > MOST_STEPS for count in counts):
            raise _refused(f"A question may have {MOST_STEPS} steps.")
        explores = self.can_access("can_explore", "Superset")
        steps = [step for query in queries for step in query.post_processing or ()]
        if explores:
            is_fine = all(map(is_plain, steps))
        else:
            known = self._steps_of_charts(datasource) if steps else set()
            is_fine = all(json.dumps(step, sort_keys=True) in known for step in steps)
            is_fine = is_fine and not any(query.time_offsets for query in queries)
        if not is_fine:
            raise _refused("A chart may be asked what its page asks.")

    def _steps_of_charts(self, datasource) -> set[str]:
        """The steps that the charts of a dataset end with, as JSON."""
        from superset.models.slice import Slice

        stored = self.session.query(Slice.query_context).filter(
            Slice.datasource_id == datasource.id,
            Slice.datasource_type == datasource.type,
            Slice.query_context.isnot(None),
        )
        return {
            json.dumps(step, sort_keys=True)
            for (text,) in stored
            for query in json.loads(text)["queries"]
            for step in query.get("post_processing") or ()
        }


def _refuse_sql(datasource, queries: list[dict]) -> None:
    names = {column.column_name for column in datasource.columns}
    names |= {metric.metric_name for metric in datasource.metrics}
    if any(asks_for_more(query, names) for query in queries):
        raise _refused(
            "A chart may be asked for columns and metrics of its dataset; SQL of your "
            "own is for SQL Lab."
        )


def _refused(message: str) -> SupersetSecurityException:
    return SupersetSecurityException(
        SupersetError(
            message=message,
            error_type=SupersetErrorType.QUERY_SECURITY_ACCESS_ERROR,
            level=ErrorLevel.WARNING,
        )
    )


def narrow_superset() -> None:
    """What no security manager is asked about.

    A chart is one of a dataset: of a query of SQL Lab's Superset does not say what it
    is asked for. Comments do not go to the database: what ends them there is not what
    ends them here. A schema is a name: Superset puts it into the first statement of a
    session as it came.
    """
    from superset.daos.datasource import DatasourceDAO
    from superset.db_engine_specs.postgres import PostgresEngineSpec
    from superset.utils.core import DatasourceType

    get_any = DatasourceDAO.get_datasource.__func__

    def get_datasource(dao, datasource_type, database_id_or_uuid):
        if datasource_type != DatasourceType.TABLE:
            raise _refused("A chart is one of a dataset.")
        return get_any(dao, datasource_type, database_id_or_uuid)

    DatasourceDAO.get_datasource = classmethod(get_datasource)
    PostgresEngineSpec.allows_sql_comments = False
    prequeries = PostgresEngineSpec.get_prequeries.__func__

    def get_prequeries(spec, database, catalog=None, schema=None):
        if not (is_name(schema) and is_name(catalog)):
            raise _refused("A schema is named by letters, digits and underscores.")
        return prequeries(spec, database, catalog, schema)

    PostgresEngineSpec.get_prequeries = classmethod(get_prequeries)
