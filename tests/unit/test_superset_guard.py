"""Which queries a chart may send, which statements SQL Lab runs, what is patched."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from rasure.runtime.superset import ENVIRONMENT
from rasure.settings import CHECKOUT
from rasure_superset.guard.queries import goes_beyond_dataset, is_bounded
from rasure_superset.guard.statements import is_plain_name, only_reads

NAMES = {"month", "area", "violence_total"}
SQL = {"expressionType": "SQL", "sqlExpression": "max(version())", "label": "area"}
COUNT = {"expressionType": "SQL", "sqlExpression": "COUNT(*)", "label": "rows"}
READING = [
    "select 1",
    "with a as (select 1) select * from a union all select 2;",
    "-- why\nselect area from marts.crimes where area = 'a; set b'",
    "select area /* of the force */ from marts.crimes where area ~ '\\d'",
    "select $$it's a \\' text$$",
    "explain select 1",
    "explain (analyze, buffers) select area from marts.crimes where area = 'a'",
    "show timezone",
    "",
]
NOT_READING = [
    "set rasure.username = 'another'",
    "set local statement_timeout = 0",
    "select 1; reset all",
    "begin; select 1",
    "select * into mine from marts.crimes",
    "create temp table mine as select 1",
    "prepare p as select 1",
    "do $$ begin end $$",
    "copy marts.crimes to stdout",
    "listen anything",
    "select (((",
    "explain select E'a'\n'\\''; set rasure.username to officer; show a; --'",
    "explain analyze delete from marts.crimes",
    "explain with a as (delete from b returning 1) select * from a",
    "with a as (insert into b values (1) returning 1) select * from a",
    "show timezone; set a = 1",
    "explain select 1 /* of; what */",
    "select 1 -- */; set rasure.username = 'another'; select 2 /*",
    "select 1 /* a /* in */ b */",
    "select e'a\\\\\\'; set rasure.username = $$another$$; select 2; --'",
]


def axis(name: str) -> dict:
    return {"columnType": "BASE_AXIS", "sqlExpression": name, "label": name}


def of(aggregate: str, column: str) -> dict:
    where = {"column_name": column}
    return {"expressionType": "SIMPLE", "aggregate": aggregate, "column": where}


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"columns": [axis("month"), "area"], "metrics": ["violence_total"]},
        {"columns": None, "groupby": ["area"], "extras": {"where": "", "having": ""}},
        {"metrics": [of("SUM", "violence_total")], "orderby": [["month", True]]},
        {"orderby": [[of("MAX", "month"), False]], "annotation_layers": []},
        {"filter": [{"col": "area", "op": "IN", "val": ["it's 1 = 1"]}]},
        {"series_columns": ["area"], "series_limit_metric": "violence_total"},
        {"groupby": ["__timestamp"], "metrics": [COUNT]},
    ],
)
def test_a_query_may_use_columns_and_metrics_of_its_dataset(query):
    assert not goes_beyond_dataset(query, NAMES)


@pytest.mark.parametrize(
    "query",
    [
        {"metrics": ["violence_total", SQL]},
        {"columns": [axis("month + 1")]},
        {"columns": ["area", "1 + 1"]},
        {"groupby": ["(select 1)"]},
        {"series_columns": ["version()"]},
        {"orderby": [["month", True], [SQL, True]]},
        {"series_limit_metric": SQL},
        {"extras": {"where": "1 = 1"}},
        {"extras": {"having": "count(*) > 0"}},
        {"where": "1 = 1"},
        {"filter": [{"col": axis("version()"), "op": "==", "val": "1"}]},
        {"metrics": [of("MAX", "a_column_of_the_table_that_the_dataset_leaves_out")]},
        {"metrics": [{**of("MAX", "month"), **SQL}]},
        {"annotation_layers": [{"sourceType": "table", "value": 1}]},
        {"columns": [{**axis("area"), "label": "month"}]},
        {"metrics": [{**COUNT, "label": "month"}]},
    ],
)
def test_sql_of_ones_own_is_found_in_every_part_of_a_query(query):
    assert goes_beyond_dataset(query, NAMES)


@pytest.mark.parametrize("sql", READING)
def test_sql_lab_runs_statements_that_only_read(sql):
    assert only_reads(sql)


@pytest.mark.parametrize("sql", NOT_READING)
def test_sql_lab_runs_nothing_else(sql):
    assert not only_reads(sql)


def test_the_parser_in_supersets_environment_agrees():
    script = (
        "import json, sys;"
        "from rasure_superset.guard.statements import only_reads;"
        "print(json.dumps([only_reads(sql) for sql in json.load(sys.stdin)]))"
    )
    done = subprocess.run(
        [ENVIRONMENT / "bin" / "python", "-P", "-c", script],
        input=json.dumps([*READING, *NOT_READING]),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [True] * len(READING) + [False] * len(NOT_READING)


@pytest.mark.parametrize("schema", [None, "", "marts", "_a1"])
def test_a_schema_name_needs_no_quoting(schema):
    assert is_plain_name(schema)
    assert not is_plain_name(f'{schema}"; set rasure.username = "another')


def test_a_step_that_returns_more_than_it_is_given_is_not_bounded():
    assert is_bounded({"operation": "pivot"})
    for operation in ("histogram", "resample", "prophet", "geohash_decode", None):
        assert not is_bounded({"operation": operation})


PATCHED = """
import json
from types import SimpleNamespace
from unittest import mock

from superset.app import create_app

with create_app().app_context():
    from flask import current_app
    from rasure_superset.guard import patches
    from superset import security_manager
    from superset.daos.datasource import DatasourceDAO
    from superset.db_engine_specs.postgres import PostgresEngineSpec
    from superset.exceptions import SupersetSecurityException

    def message(call, *arguments):
        try:
            return str(call(*arguments))
        except SupersetSecurityException as error:
            return error.message

    def connection_options(name):
        parameters = {}
        current_app.config["DB_CONNECTION_MUTATOR"]("", parameters, name, None, None)
        return parameters["connect_args"]["options"]

    def users_left_out(name, is_admin):
        manager = security_manager._get_current_object()
        kind = type(manager)
        kind.current_user = property(lambda self: SimpleNamespace(username=name))
        kind.is_admin = lambda self: is_admin
        names = ("admin", "officer", "engineer")
        kind.get_all_users = lambda self: [SimpleNamespace(username=n) for n in names]
        return manager.get_exclude_users_from_lists()

    def answer_of_sql_lab(**more):
        # The refusal that a user of SQL Lab reads; 'None' if Superset runs the query.
        manager = security_manager._get_current_object()
        with mock.patch.object(type(manager), "can_access", lambda *names: True):
            query = SimpleNamespace(sql="select 1", **more)
            return message(manager._check_query, query, None)

    answers = {
        "table": answer_of_sql_lab(select_as_cta=True),
        "no table": answer_of_sql_lab(select_as_cta=False),
        "option": connection_options("officer"),
        "no user": connection_options(None),
        "tab": message(connection_options, "eve\tx -c rasure.username=officer"),
        "space": message(connection_options, "eve\\ -c"),
        "of officer": users_left_out("officer", False),
        "of admin": users_left_out("admin", True),
        "changes": patches.changes_of_superset(),
        "query": message(DatasourceDAO.get_datasource, "query", 1),
        "schema": message(PostgresEngineSpec.get_prequeries, None, None, 'a"; reset'),
        "marts": message(PostgresEngineSpec.get_prequeries, None, None, "marts"),
        "comments": PostgresEngineSpec.allows_sql_comments,
    }
print("ANSWERS", json.dumps(answers))
"""


@pytest.fixture(scope="module")
def patched(tmp_path_factory) -> dict:
    """What Superset answers when it is started with our settings."""
    home = tmp_path_factory.mktemp("superset")
    settings = {
        "RASURE_HOME": str(home),
        "RASURE_READER_URL": "postgresql://reader@127.0.0.1/rasure",
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{home}/metadata.db",
        "SUPERSET_CONFIG_PATH": str(CHECKOUT / "superset" / "superset_config.py"),
        "SUPERSET_HOME": str(home),
        "SUPERSET_SECRET_KEY": "only for this test",
    }
    run = subprocess.run(
        [ENVIRONMENT / "bin" / "python", "-P", "-c", PATCHED],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout.rpartition("ANSWERS")[2])


def test_the_patched_code_of_superset_is_the_code_they_were_written_for(patched):
    assert patched["changes"] == [], "see rasure_superset/guard/patches.py"


def test_the_patches_refuse_what_superset_would_answer(patched):
    assert patched["query"] == "A chart must use a dataset, not a query of SQL Lab."
    assert "letters, digits and underscores" in patched["schema"]
    assert patched["marts"] == "['set search_path = \"marts\"']"
    assert patched["comments"] is False


def test_an_answer_of_sql_lab_becomes_no_table(patched):
    assert patched["table"] == "SQL Lab makes no tables and views of its answers."
    assert patched["no table"] == "None"  # the same query, but for the table, is run


def test_a_user_name_is_an_option_of_the_connection_and_never_two(patched):
    assert patched["option"] == "-c timezone=UTC -c rasure.username=officer"
    assert patched["no user"] == "-c timezone=UTC -c rasure.username="
    for name in ("tab", "space"):
        assert patched[name].startswith("This account may not read the data.")


def test_only_an_administrator_is_shown_the_names_of_others(patched):
    assert patched["of officer"] == ["admin", "engineer"]
    assert patched["of admin"] == []
