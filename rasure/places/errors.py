"""What can go wrong with hot places, in sentences that say what to do."""

from rasure.errors import RasureError

LAND_FIRST = "Land a delivery with `rasure land`, then run `rasure transform`."


class PlacesError(RasureError):
    """Hot places cannot be ranked, designated or evaluated as asked."""


class DefinitionRejected(PlacesError):
    """A figure of the definition is unknown or out of its limits."""

    exit_code = 2


class WindowRejected(PlacesError):
    """A period is not two months in order, or the data does not reach into it."""

    exit_code = 2


class ReviewRejected(PlacesError):
    """A review that says too little, or of what is no candidate."""

    exit_code = 2


class ReviewNeeded(PlacesError):
    """Candidates must be accepted before they are published, and some are not."""


class PlanRejected(PlacesError):
    """A plan that says too little, or for what the force does not have."""


class PlanUnprintable(PlacesError):
    """There is no browser to print a plan with, or the plan fits on no page."""


class NoStreets(PlacesError):
    """The warehouse has no street network of this force to draw zones on."""


class NoPlaces(PlacesError):
    """The warehouse has no crimes or no hexagons to rank for this force."""
