"""Superset's security manager with six more rules.

1. A chart uses columns and metrics of its dataset only (`queries`). SQL is for SQL Lab,
   where Superset records who wrote it.
2. The work of a query is bounded (`queries`).
3. SQL Lab runs statements that only read (`statements`), for users with access to it,
   and keeps no answer in a table of its own.
4. Nobody but an administrator is shown the names of other users.
5. Who is logged in is known on the server, and too many wrong passwords lock an account
   for a while (`sessions`).
6. Where an identity provider is set, it alone lets people in, and is asked again while
   they work (`provider`).

Superset calls `raise_for_access` before every query of every page and API. Our rules
apply after its own. `superset_config.py` names this class in `CUSTOM_SECURITY_MANAGER`.
"""

from __future__ import annotations

import json

from flask import g
from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
from superset.exceptions import SupersetSecurityException
from superset.security import SupersetSecurityManager

from rasure_superset.access import is_of_provider, is_user_name
from rasure_superset.guard import provider, sessions
from rasure_superset.guard.queries import (
    MAX_QUERIES,
    MAX_STEPS,
    goes_beyond_dataset,
    is_bounded,
)
from rasure_superset.guard.statements import only_reads

QUERY_PARTS = (
    "annotation_layers",
    "columns",
    "extras",
    "filter",
    "groupby",
    "metrics",
    "orderby",
    "series_columns",
    "series_limit_metric",
)
# The kinds of chart that Superset still draws through `explore_json`, its API before
# the chart API. Other kinds can run queries there that no rule sees.
LEGACY_CHARTS = {"deck_geojson"}


class RasureSecurityManager(provider.SupersetLogIn, SupersetSecurityManager):
    """Superset's security manager with the rules of this package."""

    def raise_for_access(
        self, *arguments, query=None, query_context=None, viz=None, sql=None, **others
    ) -> None:
        """Raise `SupersetSecurityException` for what the user may not query."""
        super().raise_for_access(
            *arguments,
            query=query,
            query_context=query_context,
            viz=viz,
            sql=sql,
            **others,
        )
        if query is not None or sql:
            self._check_query(query, sql)
        if viz is not None:
            if viz.viz_type not in LEGACY_CHARTS:
                raise refusal("The dashboard has no chart of this kind.")
            _check_names(viz.datasource, [viz.query_obj()])
        if query_context is not None:
            queries = query_context.queries
            parts = [
                {part: getattr(query, part, None) for part in QUERY_PARTS}
                for query in queries
            ]
            _check_names(query_context.datasource, parts)
            self._check_work(query_context.datasource, queries)

    def load_user(self, pk):
        """The account of the request's cookie, while its session is open."""
        if g.get("asking_provider"):
            # A change of roles asks who makes it, while it is not known if this user
            # may still be in. To load the user again here would wait for itself.
            return None
        user = super().load_user(pk)
        ask = provider.ask_about(self, user) if user and self.identity else None
        return user if user and sessions.is_open(user, ask) else None

    def auth_user_db(self, username, password):
        """The account with this name and password, or None; each attempt is kept."""
        username = username or ""
        account = None
        if is_user_name(username):
            account = self.find_user(username=username)
            account = account or self.find_user(email=username)
        if account is None or is_of_provider(account):
            sessions.record_log_in(None, sessions.REFUSED)
            return super().auth_user_db("", password)
        if sessions.is_locked(account.username):
            sessions.record_log_in(account.username, sessions.LOCKED)
            return None
        user = super().auth_user_db(account.username, password)
        outcome = sessions.LET_IN if user else sessions.REFUSED
        sessions.record_log_in(account.username, outcome)
        return user

    def on_user_login(self, user) -> None:
        """Open a session for an account that has just been let in."""
        if self.identity:
            sessions.start(user, provider.new_tokens())
            sessions.record_log_in(user.username, sessions.LET_IN)
        else:
            sessions.start(user)

    def on_user_logout(self, user) -> None:
        """End the session of the request."""
        sessions.end()

    def get_exclude_users_from_lists(self) -> list[str]:
        """The users that the lists of owners and authors leave out: all but oneself."""
        if self.is_admin():
            return []
        own_name = getattr(self.current_user, "username", None)
        return [
            user.username for user in self.get_all_users() if user.username != own_name
        ]

    def _check_query(self, query, sql: str | None) -> None:
        """Raise if SQL Lab may not run a query: `sql`, or that of `query`."""
        if getattr(query, "select_as_cta", False):
            raise refusal("SQL Lab makes no tables and views of its answers.")
        self._check_statements(sql or getattr(query, "sql", ""))

    def _check_statements(self, sql: str) -> None:
        if not self.can_access("can_execute_sql_query", "SQLLab"):
            raise refusal("Only users with access to SQL Lab may run SQL.")
        if not only_reads(sql):
            raise refusal("SQL Lab runs SELECT, EXPLAIN and SHOW only.")

    def _check_work(self, datasource, queries) -> None:
        """Raise if the queries are more work than those of a chart.

        Users who may explore use any bounded step; others use only the steps of the
        charts that exist.
        """
        if len(queries) > MAX_QUERIES:
            raise refusal(f"A request may hold at most {MAX_QUERIES} queries.")
        for query in queries:
            steps = len(query.post_processing or ()) + len(query.time_offsets or ())
            if steps > MAX_STEPS:
                raise refusal(f"A query may have at most {MAX_STEPS} steps.")
        steps = [step for query in queries for step in query.post_processing or ()]
        if self.can_access("can_explore", "Superset"):
            is_allowed = all(is_bounded(step) for step in steps)
        else:
            stored = self._stored_steps(datasource) if steps else set()
            is_allowed = all(_as_text(step) in stored for step in steps) and not any(
                query.time_offsets for query in queries
            )
        if not is_allowed:
            raise refusal("This query is not one that the dashboard uses.")

    def _stored_steps(self, datasource) -> set[str]:
        """The post-processing steps of the charts of a dataset, as JSON."""
        from superset.models.slice import Slice

        query_contexts = self.session.query(Slice.query_context).filter(
            Slice.datasource_id == datasource.id,
            Slice.datasource_type == datasource.type,
            Slice.query_context.isnot(None),
        )
        return {
            _as_text(step)
            for (query_context,) in query_contexts
            for query in json.loads(query_context)["queries"]
            for step in query.get("post_processing") or ()
        }


def refusal(message: str) -> SupersetSecurityException:
    """The error that Superset answers with status 403 and this message."""
    return SupersetSecurityException(
        SupersetError(
            message=message,
            error_type=SupersetErrorType.QUERY_SECURITY_ACCESS_ERROR,
            level=ErrorLevel.WARNING,
        )
    )


def _check_names(datasource, queries: list[dict]) -> None:
    names = {column.column_name for column in datasource.columns}
    names |= {metric.metric_name for metric in datasource.metrics}
    if any(goes_beyond_dataset(query, names) for query in queries):
        raise refusal(
            "A chart may use only columns and metrics of its dataset. Use SQL Lab for "
            "SQL of your own."
        )


def _as_text(step: dict) -> str:
    return json.dumps(step, sort_keys=True)
