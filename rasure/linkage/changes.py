"""Linkage as a step of the transform: of what staging has changed, if it has.

Like a model of core, linkage keeps a mark of the batch of changes it has taken
(`ops.niche_marks`), so that no change is lost between a run of staging and it, and none
is looked at twice. Where there is no mark, or where staging was made from nothing, the
person records themselves tell who is another than linkage knows; everything is linked
only where the merges of the source are others too.
"""

from __future__ import annotations

import psycopg

from rasure.linkage.linking import LinkReport, has_news, is_outdated, link
from rasure.linkage.reading import FINGERPRINT, MERGES, NOMINALS, PERSONS
from rasure.transform import inputs

MARK = "linkage"
MERGES_TAKEN = "linkage_merges"  # of `ops.step_inputs`
SINCE = """
    select batch from ops.niche_marks as marks
    where model = %s and not exists (
        select from ops.niche_changes as changes
        where changes.batch > marks.batch and changes.subject is null
    )
"""
CHANGED = """
    select distinct force, person_id
    from core.int_niche_changed_persons
    where batch > %s
"""
OTHERS = f"""
    with records as (
        select relation.force, relation.person_id, {FINGERPRINT} as fingerprint
        from {PERSONS} as relation
        where {NOMINALS}
    )
    select force, person_id
    from records full join linkage.persons using (force, person_id)
    where records.fingerprint is distinct from persons.fingerprint
"""
MERGED = f"""
    select count(*) || ' ' || coalesce(sum(hashtextextended(row(
        force, surviving_person_id, merged_person_id, unmerged_at is not null
    )::text, 0)), 0)
    from {MERGES}
"""


def link_changes(connection: psycopg.Connection) -> LinkReport | None:
    """Link what has changed since the last time; None when nothing has."""
    with connection.transaction():
        (now,) = connection.execute(
            "select last_value from ops.niche_batches"
        ).fetchone()
        since = connection.execute(SINCE, (MARK,)).fetchone()
        (merged,) = connection.execute(MERGED).fetchone()
        if since:
            changed = connection.execute(CHANGED, since).fetchall()
        elif merged == inputs.known(connection, MERGES_TAKEN):
            changed = connection.execute(OTHERS).fetchall()
        else:
            changed = None
        report = None
        if changed != [] or has_news(connection) or is_outdated(connection):
            report = link(connection, merges=MERGES, changed=changed)
        connection.execute(
            "insert into ops.niche_marks (model, batch, inputs_version)"
            " values (%s, %s, '')"
            " on conflict (model) do update set batch = excluded.batch",
            (MARK, now),
        )
        inputs.keep(connection, MERGES_TAKEN, merged)
    return report
