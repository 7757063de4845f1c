"""Why a warehouse cannot be compared with the truth, and what to do."""

from __future__ import annotations

from rasure.errors import RasureError, SetupError


class TruthMissing(SetupError):
    """The folder holds no truth of a simulated force."""


class PartMissing(RasureError):
    """A part of the warehouse that the comparison reads is not built yet."""

    exit_code = 4
