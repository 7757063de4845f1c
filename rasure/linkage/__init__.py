"""One person, once: which source records are the same person.

`link` is the way in; see `docs/linkage.md` for the rules.
"""

from rasure.linkage.linking import LinkReport, link

__all__ = ["LinkReport", "link"]
