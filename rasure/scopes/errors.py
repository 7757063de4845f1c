"""What can be wrong with a comparison with published figures."""

from __future__ import annotations

from rasure.errors import RasureError


class ScopesError(RasureError):
    """A comparison of recorded crime cannot be made."""


class PublishedUnreadable(ScopesError):
    """The file is not one of recorded crime by offence and quarter."""


class NothingToCompare(ScopesError):
    """The file and the warehouse have no force, scope or quarter in common."""
