"""Which records a failed test of the data is about: the force and ids, and the cause.

A test of dbt says how many rows are wrong. An operator needs to know which, to find
them in the records system. Of the rows at fault only the columns that are the force, an
id or a month are printed, and so nothing of a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import psycopg
from psycopg import sql

from rasure.transform.dbt import FailedTest

MOST = 5  # records that are named
NAMES_A_RECORD = re.compile(r"force|month|relation|area_set|[a-z_]+_(id|key)")
CAUSES = {
    "unique": "{} has the same value in several rows",
    "not_null": "{} is empty",
    "accepted_values": "{} has a value that is none of those allowed",
    "relationships": "{} names a record that does not exist",
}
# The name that each generic test of dbt gives to the value at fault.
VALUES = {
    "unique": "unique_field",
    "accepted_values": "value_field",
    "relationships": "from_field",
}


def records_at_fault(
    connection: psycopg.Connection, tests: Iterable[FailedTest]
) -> dict[str, list[str]]:
    """Lines on each failed test: its cause, then some of the records at fault."""
    return {test.name: _lines(connection, test) for test in tests}


def _lines(connection: psycopg.Connection, test: FailedTest) -> list[str]:
    cause = CAUSES.get(test.rule, "").format(f"{test.model}.{test.column}")
    lines = [text] if (text := cause or test.words) else []
    try:
        with connection.transaction():
            found = connection.execute(_query(test))
            names = [column.name for column in found.description]
            shown = [
                place
                for place, name in enumerate(names)
                if NAMES_A_RECORD.fullmatch(name)
            ]
            for row in found.fetchmany(MOST):
                record = ", ".join(f"{names[at]} {row[at]}" for at in shown)
                if record and record not in lines:
                    lines.append(record)
    except psycopg.Error as error:
        lines.append(f"the records could not be read ({type(error).__name__})")
    return lines


def _query(test: FailedTest) -> sql.Composable:
    """The rows at fault: of a generic test those of its table, else what it selects."""
    wrong = sql.SQL(test.query.strip().rstrip(";").replace("%", "%%"))
    table = re.search(rf'"\w+"\."\w+"\."{re.escape(test.model)}"', test.query)
    if test.rule not in CAUSES or not table or not test.column:
        return sql.SQL("select * from ({}) as wrong limit {}").format(wrong, MOST)
    relation = sql.SQL(table[0])
    column = sql.SQL(test.column.replace("%", "%%"))
    if test.rule == "not_null":
        return sql.SQL("select * from {} where ({}) is null limit {}").format(
            relation, column, MOST
        )
    return sql.SQL(
        "select * from {} where ({})::text in (select {}::text from ({}) as wrong)"
        " limit {}"
    ).format(relation, column, sql.SQL(VALUES[test.rule]), wrong, MOST)
