"""Linkage as a step of the transform: of the person records that changed, if any
did."""

from __future__ import annotations

import psycopg

from rasure.linkage.linking import LinkReport, has_news, is_outdated, link
from rasure.linkage.reading import MERGES


def link_changes(
    connection: psycopg.Connection, changed: list[tuple[str, str]] | None
) -> LinkReport | None:
    """Link the person records that changed: (force, person id), or None for any.

    A decision or an erasure since the last run, or another version of the rules, is
    reason to link too. Returns None when there was no reason.
    """
    with connection.transaction():
        if changed == [] and not has_news(connection) and not is_outdated(connection):
            return None
        return link(connection, merges=MERGES, changed=changed)
