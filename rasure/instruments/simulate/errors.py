"""The error of a simulation that is not possible."""

from __future__ import annotations

from rasure.errors import RasureError


class SimulationImpossible(RasureError):
    """The simulator cannot do what was requested; the message says what to change."""

    exit_code = 2
