"""What linkage keeps in the warehouse: models, pairs, golden ids, questions, runs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import duckdb
import psycopg
from psycopg.sql import SQL

from rasure.linkage.model import Model
from rasure.linkage.transfer import copy_in, copy_out

LOCK = 7_257_880  # an arbitrary number that only linkage uses
# An erasure waits from here to the end of the run, and then sees all that it wrote.
HOLD_ERASURES = "lock table linkage.persons in share row exclusive mode;"
TEXT = "varchar"
ENDS = ("force_l", "person_l", "force_r", "person_r")
KNOWN = {
    "crowded_before": (
        "select block as key from linkage.crowded_blocks",
        {"key": "ubigint"},
    ),
    "reviews": (
        f"select {', '.join(ENDS)}, status from linkage.reviews where status <> 'open'",
        dict.fromkeys((*ENDS, "status"), TEXT),
    ),
}
PAIRS = f"select {', '.join(ENDS)}, probability, needs_asking from linkage.pairs"
OF_FEW = (
    " inner join wanted"
    " on pairs.force_l = wanted.force and pairs.person_l = wanted.person_id"
)
SIZES = """
    select golden_id, count(*) as size from linkage.golden_ids
    where effective_to is null group by golden_id
"""
TERMS = (
    "select term, value_hash, frequency from linkage.term_frequencies"
    " where model_id = {}"
)


def take_turn(connection: psycopg.Connection) -> None:
    """Wait until no other linkage runs; until the end of the transaction."""
    connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))


def known_persons(connection: psycopg.Connection) -> int:
    """How many source persons linkage knows."""
    return connection.execute("select count(*) from linkage.persons").fetchone()[0]


def newest_model(connection: psycopg.Connection) -> tuple[int, Model, dict] | None:
    """The current model: its id, the model, and the versions it was made with."""
    row = connection.execute(
        "select model_id, kind, records, parameters, versions from linkage.models"
        " order by model_id desc limit 1"
    ).fetchone()
    if row is None:
        return None
    model_id, kind, records, parameters, made_with = row
    return model_id, Model.from_dict(kind, records, parameters), made_with


def keep_model(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    model: Model,
    versions: dict,
    folder: Path,
) -> int:
    """Keep a model and its term frequencies; returns its id."""
    (model_id,) = connection.execute(
        "insert into linkage.models (kind, records, parameters, versions)"
        " values (%s, %s, %s, %s) returning model_id",
        (
            model.kind,
            model.records,
            json.dumps(model.as_dict()),
            json.dumps(versions),
        ),
    ).fetchone()
    copy_in(
        connection,
        duck,
        f"select {model_id:d} as model_id, term, value_hash, frequency"
        " from term_frequencies",
        "linkage.term_frequencies (model_id, term, value_hash, frequency)",
        folder,
    )
    return model_id


def read_terms(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    model_id: int,
    folder: Path,
) -> None:
    """Make DuckDB's `term_frequencies` of a kept model."""
    types = {"term": TEXT, "value_hash": TEXT, "frequency": "double"}
    query = SQL(TERMS).format(model_id)
    copy_out(connection, duck, query, "term_frequencies", types, folder)


def read_known(
    connection: psycopg.Connection, duck: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    """Make DuckDB's `crowded_before` and `reviews` (those decided)."""
    for table, (query, types) in KNOWN.items():
        copy_out(connection, duck, SQL(query), table, types, folder)


def read_pairs(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    folder: Path,
    is_few: bool,
) -> None:
    """Make DuckDB's `pairs`: the kept pairs whose records were not scored again, and
    the pairs just `scored`."""
    types = dict.fromkeys(ENDS, TEXT) | {
        "probability": "double",
        "needs_asking": "boolean",
    }
    query = SQL(PAIRS + (OF_FEW if is_few else ""))
    copy_out(connection, duck, query, "kept_pairs", types, folder)
    duck.execute(
        """
        create table pairs as
        select
            one.unique_id as l, other.unique_id as r, probability, needs_asking
        from kept_pairs
        inner join records as one
            on one.force = kept_pairs.force_l and one.person_id = kept_pairs.person_l
        inner join records as other
            on other.force = kept_pairs.force_r
            and other.person_id = kept_pairs.person_r
        where one.unique_id not in (from to_score)
            and other.unique_id not in (from to_score)
        union all
        from scored
        """
    )


def erase(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    folder: Path,
) -> None:
    """Erase every trace of the persons in DuckDB's `vanished`."""
    connection.execute(
        HOLD_ERASURES
        + "create temporary table vanished (force text, person_id text) on commit drop"
    )
    copy_in(connection, duck, "from vanished", "vanished", folder)
    connection.execute("analyze vanished")
    before = disturbed(connection)
    connection.execute(
        "select linkage.erase_persons(force, array_agg(person_id))"
        " from vanished group by force"
    )
    # This run itself resolves the records that belonged with them.
    connection.execute("delete from linkage.disturbed where number > %s", (before,))


def disturbed(connection: psycopg.Connection) -> int:
    """The number of the last erasure so far."""
    (number,) = connection.execute(
        "select coalesce(max(number), 0) from linkage.disturbed"
    ).fetchone()
    return number


def sizes(connection: psycopg.Connection, alarm: int) -> dict:
    """What the report of a run says of the persons and of the open reviews."""
    persons, largest, oversized = connection.execute(
        "select count(*), coalesce(max(size), 0),"
        " jsonb_agg(jsonb_build_array(golden_id, size) order by size desc, golden_id)"
        f" filter (where size > %s) from ({SIZES}) as sizes",
        (alarm,),
    ).fetchone()
    (questions,) = connection.execute(
        "select count(*) from linkage.reviews where status = 'open'"
    ).fetchone()
    return {
        "persons": persons,
        "largest_cluster": largest,
        "reviews_open": questions,
        "oversized": dict(oversized or ()),
    }


def keep_run(connection: psycopg.Connection, report):
    """Keep a run's report; returns it with its number."""
    columns = [field.name for field in dataclasses.fields(report)[1:]]
    values = {name: getattr(report, name) for name in columns}
    values["oversized"] = json.dumps(report.oversized)
    (run_id,) = connection.execute(
        f"insert into linkage.runs ({', '.join(columns)}) values ("
        + ", ".join(f"%({name})s" for name in columns)
        + ") returning run_id",
        values,
    ).fetchone()
    return dataclasses.replace(report, run_id=run_id)
