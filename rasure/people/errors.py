"""Faults of decisions and plans on hot people, in sentences that say what to do.

A sentence identifies nobody beyond the id that the user gave.
"""

from rasure.errors import RasureError


class PeopleError(RasureError):
    """A decision, a plan or the network of co-suspects is not possible as requested."""


class NotOnAList(PeopleError):
    """The person meets no rule of that list, so there is nothing to decide."""


class ReviewDateRejected(PeopleError):
    """The review date is past or further away than a review may be."""

    exit_code = 2
