"""Faults of hot times, in sentences that say what to do."""

from rasure.errors import RasureError


class NoTimes(RasureError):
    """There is no event with a known time."""
