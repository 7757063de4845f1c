"""One person, once: which source records are the same person.

`link` is the way in; see `docs/linkage.md` for the rules. The library behind it takes a
second to import, so it is imported when something is linked.
"""

from __future__ import annotations

__all__ = ["link"]


def link(connection, *arguments, **options):
    """Say which records are one person; see `rasure.linkage.linking.link`."""
    from rasure.linkage.linking import link as link_now

    return link_now(connection, *arguments, **options)
