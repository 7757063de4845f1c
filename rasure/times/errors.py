"""What can go wrong with hot times, in sentences that say what to do."""

from rasure.errors import RasureError


class NoTimes(RasureError):
    """There is nothing whose times could be told."""
