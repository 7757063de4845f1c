"""The end of a run of linkage: write to the warehouse what has changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg

from rasure.linkage.reading import ERASED
from rasure.linkage.statements import statement
from rasure.linkage.store import HOLD_ERASURES
from rasure.linkage.transfer import copy_in

AMONG = re.compile(r"\$among\((.*?)\)")
SCORED_RECORDS = """
    select force, person_id, fingerprint, known_fingerprint is not null,
        '{' || coalesce(array_to_string(blocks, ','), '') || '}'
    from to_score
    inner join records using (unique_id)
    left join (
        select unique_id, list_sort(list(key >> 1)) as blocks
        from keys semi join to_score using (unique_id)
        group by unique_id
    ) using (unique_id)
"""


# Leave out records that were erased while the run was under way. Those that linkage
# knew are no longer in `linkage.persons`.
ERASED_MEANWHILE = f"""
    delete from to_score where is_known and not exists (
        select from linkage.persons
        where persons.force = to_score.force and persons.person_id = to_score.person_id
    );
    delete from to_score where not is_known and (force, person_id) in (
        {ERASED.replace("$records", "to_score")}
    )
"""
REMOVE_FROM_BLOCKS = """
    delete from linkage.blocks
    using (
        select persons.force, persons.person_id, unnest(persons.keys) as key
        from linkage.persons inner join to_score using (force, person_id)
    ) as former
    where blocks.key = former.key
        and blocks.force = former.force
        and blocks.person_id = former.person_id
"""
ADD_TO_BLOCKS = """
    insert into linkage.blocks (key, force, person_id)
    select unnest(keys), force, person_id from {}
"""


def write(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    folder: Path,
    is_few: bool,
    looked_at: int,
) -> None:
    """Write what DuckDB holds to the warehouse, changes only.

    `is_few`: DuckDB holds only the records in `wanted`. `looked_at`: the number of the
    last erasure before the run.
    """
    connection.execute(
        HOLD_ERASURES + "create temporary table to_score (force text, person_id text,"
        " fingerprint text, is_known boolean, keys bigint[]) on commit drop;"
        "create temporary table changes (force text, person_id text, golden_id text,"
        " reason text) on commit drop;"
        "create temporary table questions (force_l text, person_l text, force_r text,"
        " person_r text, probability double precision) on commit drop;"
        # An instant of its own for each run, however fast they follow.
        "create temporary table clock on commit drop as select greatest("
        " clock_timestamp(), max(effective_from) + interval '1 microsecond') as instant"
        " from linkage.golden_ids"
    )
    copy_in(connection, duck, SCORED_RECORDS, "to_score", folder)
    copy_in(connection, duck, "from changes", "changes", folder)
    questions = _both_ends("questions", "probability")
    copy_in(connection, duck, questions, "questions", folder)
    connection.execute("analyze to_score; analyze changes; analyze questions")
    connection.execute(ERASED_MEANWHILE)
    with _blocks(connection, is_few):
        connection.execute(statement("replace"))
    scored = _both_ends("scored", "probability, needs_asking")
    copy_in(connection, duck, scored, "linkage.pairs", folder)
    among = r"(\1) in (select force, person_id from wanted)" if is_few else "true"
    connection.execute(AMONG.sub(among, statement("write")))
    copy_in(connection, duck, "from crowded", "linkage.crowded_blocks", folder)
    connection.execute("delete from linkage.disturbed where number <= %s", (looked_at,))


@contextmanager
def _blocks(connection: psycopg.Connection, is_few: bool) -> Iterator[None]:
    """Bring `linkage.blocks` in line with what is written to `linkage.persons` in
    between. A run on a few replaces their rows; another run fills the whole table,
    which is quicker."""
    if is_few:
        connection.execute(REMOVE_FROM_BLOCKS)
        yield
        connection.execute(ADD_TO_BLOCKS.format("to_score"))
        return
    connection.execute(
        "set local maintenance_work_mem = '256MB';"
        "drop index linkage.blocks_key; truncate linkage.blocks"
    )
    yield
    connection.execute(
        f"{ADD_TO_BLOCKS.format('linkage.persons')};"
        "create index blocks_key on linkage.blocks (key); analyze linkage.blocks (key)"
    )


def _both_ends(pairs: str, columns: str) -> str:
    return (
        f"select one.force, one.person_id, other.force, other.person_id, {columns}"
        f" from {pairs} inner join records as one on l = one.unique_id"
        " inner join records as other on r = other.unique_id"
    )
