"""Linkage as a step of the transform: of what staging has changed, if it has.

Like a model of core, linkage keeps a mark of the batch of changes it has taken
(`ops.niche_marks`), so that no change is lost between a run of staging and it, and none
is looked at twice. Everything is linked where there is no mark, or where staging was
made from nothing since.
"""

from __future__ import annotations

import psycopg

from rasure.linkage.linking import LinkReport, has_news, link
from rasure.linkage.reading import MERGES

MARK = "linkage"
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


def link_changes(connection: psycopg.Connection) -> LinkReport | None:
    """Link what has changed since the last time; None when nothing has."""
    with connection.transaction():
        (now,) = connection.execute(
            "select last_value from ops.niche_batches"
        ).fetchone()
        since = connection.execute(SINCE, (MARK,)).fetchone()
        changed = since and connection.execute(CHANGED, since).fetchall()
        report = None
        if changed is None or changed or has_news(connection):
            report = link(connection, merges=MERGES, changed=changed)
        connection.execute(
            "insert into ops.niche_marks (model, batch, inputs_version)"
            " values (%s, %s, '')"
            " on conflict (model) do update set batch = excluded.batch",
            (MARK, now),
        )
    return report
