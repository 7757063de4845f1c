"""The state of linkage, and what somebody should look at: counts, ids of records."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import psycopg

from rasure.linkage.reading import has_relation

SURVIVORS = "core.int_niche_survivors"
# The first four bits of a block are its rule (sql/blocks.sql); the tables hold a block
# without its last bit, `crowded_blocks` with it.
CROWDED = """
    select
        count(*) filter (where rule < 14),
        count(*) filter (where rule = 14),
        count(*) filter (where rule = 15)
    from (
        select div(block::numeric, 1152921504606846976) as rule
        from linkage.crowded_blocks
    ) as crowded
"""
NOT_VALID = """
    select count(*) from linkage.blocks
    where key >= 12 * 576460752303423488::bigint
        and key < 14 * 576460752303423488::bigint
"""
LOOPS = f"""
    select force, array_agg(person_id order by person_id = survivor_id desc, person_id)
    from {SURVIVORS}
    where is_in_loop
    group by force, survivor_id
    order by force, survivor_id
"""


@dataclass(frozen=True)
class LinkStatus:
    """The state of linkage.

    `invalid_numbers` counts PNC ids and CRO numbers of records whose check letter is
    wrong or missing. `crowded_postcodes` and `crowded_contacts` are values of more
    records than the rules allow, which count as nobody's own. `merge_loops` are merges
    of the source that come back to where they began: (force, ids of the records), the
    record that stands for them first.
    """

    linked_at: datetime | None
    records: int
    persons: int
    reviews_open: int
    invalid_numbers: int
    crowded_blocks: int
    crowded_postcodes: int
    crowded_contacts: int
    oversized: dict[str, int]
    merge_loops: list[tuple[str, list[str]]]

    def as_dict(self) -> dict:
        """The status as JSON prints it."""
        linked_at = self.linked_at.isoformat() if self.linked_at else None
        return {**asdict(self), "linked_at": linked_at}


def merge_loops(connection: psycopg.Connection) -> list[tuple[str, list[str]]]:
    """The source's merges that come back to where they began; none before core is
    built."""
    if not has_relation(connection, SURVIVORS):
        return []
    return connection.execute(LOOPS).fetchall()


def status(connection: psycopg.Connection) -> LinkStatus:
    """The state of linkage after its last run."""
    last = connection.execute(
        "select finished_at, records, persons, oversized from linkage.runs"
        " order by run_id desc limit 1"
    ).fetchone() or (None, 0, 0, {})
    (questions,) = connection.execute(
        "select count(*) from linkage.reviews where status = 'open'"
    ).fetchone()
    (invalid,) = connection.execute(NOT_VALID).fetchone()
    blocks, postcodes, contacts = connection.execute(CROWDED).fetchone()
    return LinkStatus(
        linked_at=last[0],
        records=last[1],
        persons=last[2],
        reviews_open=questions,
        invalid_numbers=invalid,
        crowded_blocks=blocks,
        crowded_postcodes=postcodes,
        crowded_contacts=contacts,
        oversized=last[3],
        merge_loops=merge_loops(connection),
    )
