"""Faults of geography, in words that the operator can act on."""

from __future__ import annotations

from rasure.errors import RasureError, SetupError


class UnknownForce(RasureError):
    """A force slug that has no boundaries."""

    exit_code = 2

    def __init__(self, force: str, known: list[str]) -> None:
        self.force = force
        self.known = known
        super().__init__(
            f"No geography is known for the force {force!r}. Use the publisher's name "
            f"in file names; known are: {', '.join(known)}. For a place of your own: "
            f"rasure geography build {force} --boundary FILE --srid N"
        )


class ForceNameRejected(RasureError):
    """A slug that cannot name a place with a boundary of its own."""

    exit_code = 2


class GridRejected(RasureError):
    """A grid that is not in metres, not that of the place, or not the warehouse's."""

    exit_code = 2


class UnknownAreaSet(RasureError):
    """An area set that the force does not have."""

    exit_code = 2


class MapFileRejected(RasureError):
    """A map file of which Rasure cannot tell what to open; says what it has."""


class BoundaryFileRejected(MapFileRejected):
    """A boundary file cannot be loaded; says what was expected and what it has."""


class StreetFileRejected(MapFileRejected):
    """A street network cannot be loaded; says what was expected and what it has."""


class ForceNotBuilt(RasureError):
    """A force whose geography is not in the warehouse yet."""

    def __init__(self, force: str) -> None:
        super().__init__(
            f"The ground of {force!r} is not in the warehouse. Build it first: "
            f"rasure geography build {force}"
        )


class ReferenceMissing(SetupError):
    """The packages that ship boundaries and lookups are not installed."""
