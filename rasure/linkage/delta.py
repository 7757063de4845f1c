"""A run on a few records: which to read, so that the outcome is that of reading all.

A changed record is compared with the records that share a block with it; linkage keeps
the blocks of every record, by hash. All records that are connected with one of these,
by a pair, a decision, a merge or a golden id, are resolved again with it. A person is
made of connected records, so this run can change no other person.

A run on all records is needed when a block may have crossed its limit, and when many
records have changed.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import psycopg

from rasure.linkage import reading, scoring, store
from rasure.linkage.rules import Rules
from rasure.linkage.statements import statement

FEW = 0.02  # of the known records; above it a run on all is as quick
WANTED = """
    create temporary table changed_ids (
        force text, person_id text, primary key (force, person_id)
    ) on commit drop;
    create temporary table wanted (
        force text, person_id text, primary key (force, person_id)
    ) on commit drop
"""
STARTS = """
    insert into wanted
    select force, person_id from changed_ids
    union
    select force_l, person_l from linkage.reviews where decided_at > %(since)s
    union
    select force_r, person_r from linkage.reviews where decided_at > %(since)s
    union
    select force, person_id from linkage.golden_ids
    where effective_to is null
        and golden_id in (select golden_id from linkage.disturbed)
    on conflict do nothing
"""
MERGED = """
        union all
        select force, {there} from {relation} as merges
        where merges.force = reached.force and merges.{here} = reached.person_id
"""
# The records in these blocks.
IN_BLOCKS = """
    insert into wanted
    select force, person_id from linkage.blocks
    where key = any(%s::bigint[])
    on conflict do nothing
"""
# The blocks of the changed records, and those of all national ids (rule 1): two records
# of one national id are linked without being compared.
BLOCKS = """
    select distinct key >> 1 from keys
    inner join records using (unique_id)
    where fingerprint is distinct from known_fingerprint
    union
    select block(1, national_id, 0, 0) >> 1 from records where national_id is not null
"""
# The blocks that the changed records were in.
FORMER_BLOCKS = """
    select distinct unnest(keys) from linkage.persons
    inner join changed_ids using (force, person_id)
"""
# The blocks that crossed their limit, either way, of those that a changed record joined
# or left: all records of these have been read.
CROSSED = """
    with

    touched as (
        select key >> 1 as block from keys
        inner join records using (unique_id)
        where fingerprint is distinct from known_fingerprint
        union
        select unnest($former::ubigint[])
    ),

    crossed as (
        (from crowded except from crowded_before)
        union all
        (from crowded_before except from crowded)
    )

    select key from crossed where key >> 1 in (from touched) limit 1
"""
LOST_TO_ERASURE = """
    select exists (select from linkage.disturbed where was_crowded)
"""


def is_few(known: int, changed: list[tuple[str, str]]) -> bool:
    """True if so few of the known persons changed that a run on a few is quicker."""
    return len(changed) <= FEW * known


def read(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    relation: str,
    merges: str | None,
    changed: list[tuple[str, str]],
    rules: Rules,
    folder: Path,
) -> bool:
    """Make DuckDB's `records`, `vanished`, `keys` and `crowded` of the records that
    this run needs, and PostgreSQL's `wanted` of their ids. Returns False if a block may
    have crossed its limit, so that all records have to be read."""
    _start(connection, changed)
    former = [key for (key,) in connection.execute(FORMER_BLOCKS).fetchall()]
    connection.execute(IN_BLOCKS, (former,))
    size, size_before = _add_connected(connection, merges), -1
    while size != size_before:
        size_before = size
        reading.drop_everything(duck)
        reading.read_persons(connection, duck, relation, folder, only=True)
        store.read_known(connection, duck, folder)
        scoring.make_blocks(duck, rules)
        keys = [key for (key,) in duck.execute(BLOCKS).fetchall()]
        connection.execute(IN_BLOCKS, (keys,))
        size = _add_connected(connection, merges)
    if duck.execute(CROSSED, {"former": former}).fetchall():
        return False
    if connection.execute(LOST_TO_ERASURE).fetchone()[0]:
        return False
    duck.execute("create or replace table crowded as from crowded_before")
    return True


def _start(connection: psycopg.Connection, changed: list[tuple[str, str]]) -> None:
    """Make PostgreSQL's `changed_ids`, and `wanted`: these, the records of decisions
    since the last run, and the records whose person lost one to an erasure."""
    connection.execute(WANTED)
    with (
        connection.cursor() as cursor,
        cursor.copy("copy changed_ids from stdin") as copy,
    ):
        for row in changed:
            copy.write_row(row)
    (since,) = connection.execute("select max(started_at) from linkage.runs").fetchone()
    connection.execute(STARTS, {"since": since})


def _add_connected(connection: psycopg.Connection, merges: str | None) -> int:
    """Add to `wanted` all records connected with one in it; returns the count."""
    ends = ("surviving_person_id", "merged_person_id")
    joined = "".join(
        MERGED.format(relation=merges, here=here, there=there)
        for here, there in ((ends, ends[::-1]) if merges else ())
    )
    connection.execute(statement("reach").replace("$merges", joined))
    return connection.execute("select count(*) from wanted").fetchone()[0]
