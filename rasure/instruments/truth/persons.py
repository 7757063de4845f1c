"""Compare the golden ids of record linkage with the true people."""

from __future__ import annotations

import psycopg

from rasure.instruments.linkage_quality.metrics import Agreement, agreement
from rasure.instruments.truth.planted import Truth

# Officials are not linked; every other record is a person, linked or on its own.
GOLDEN = """
    select
        records.person_id,
        coalesce(ids.golden_id, 'alone ' || records.person_id)
    from core.person_records as records
    left join linkage.golden_ids as ids
        on records.person_id = ids.person_id
        and records.force = ids.force
        and ids.effective_to is null
    where records.force = %s
        and records.person_type is distinct from 'official'
"""

FOLDED = """
    select
        person_id,
        golden_id
    from core.int_niche_person_ids
    where force = %s
"""


def linkage(connection: psycopg.Connection, truth: Truth) -> Agreement:
    """The agreement of the golden ids with the true people."""
    golden_ids = dict(connection.execute(GOLDEN, (truth.force,)).fetchall())
    people = dict(truth.columns("people", "person_id", "true_person"))
    both = golden_ids.keys() & people.keys()
    return agreement(
        {record: golden_ids[record] for record in both},
        {record: people[record] for record in both},
    )


def true_person_of(connection: psycopg.Connection, truth: Truth) -> dict[str, int]:
    """The true person of each golden id: the one with the most of its records."""
    people = dict(truth.columns("people", "person_id", "true_person"))
    records: dict[str, list[int]] = {}
    for record, golden_id in connection.execute(FOLDED, (truth.force,)):
        if record in people:
            records.setdefault(golden_id, []).append(people[record])
    return {
        golden_id: max(sorted(set(own)), key=own.count)
        for golden_id, own in records.items()
    }
