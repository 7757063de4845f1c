"""What a chart may be asked for, and which statements SQL Lab runs."""

from __future__ import annotations

import json
import subprocess

import pytest

from rasure.runtime.superset import ENVIRONMENT
from rasure_superset.guard.queries import asks_for_more
from rasure_superset.guard.statements import is_name, only_read
from rasure_superset.guard.steps import is_plain

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
MORE = [
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
def test_columns_and_metrics_of_the_dataset_may_be_asked_for(query):
    assert not asks_for_more(query, NAMES)


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
def test_sql_of_ones_own_is_seen_wherever_it_stands(query):
    assert asks_for_more(query, NAMES)


@pytest.mark.parametrize("sql", READING)
def test_sql_lab_runs_what_reads(sql):
    assert only_read(sql)


@pytest.mark.parametrize("sql", MORE)
def test_sql_lab_runs_nothing_else(sql):
    assert not only_read(sql)


def test_the_parser_that_superset_has_tells_them_apart_too():
    asked = (
        "import json, sys;"
        "from rasure_superset.guard.statements import only_read;"
        "print(json.dumps([only_read(sql) for sql in json.load(sys.stdin)]))"
    )
    done = subprocess.run(
        [ENVIRONMENT / "bin" / "python", "-P", "-c", asked],
        input=json.dumps([*READING, *MORE]),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [True] * len(READING) + [False] * len(MORE)


@pytest.mark.parametrize("schema", [None, "", "marts", "_a1"])
def test_a_schema_is_a_plain_name(schema):
    assert is_name(schema)
    assert not is_name(f'{schema}"; set rasure.username = "another')


def test_steps_that_grow_further_than_their_rows_are_not_plain():
    assert is_plain({"operation": "pivot"})
    for operation in ("histogram", "resample", "prophet", "geohash_decode", None):
        assert not is_plain({"operation": operation})
