"""What a person can mend when a simulated force cannot be made."""

from __future__ import annotations

from rasure.errors import RasureError


class SimulationImpossible(RasureError):
    """What was asked of the simulator cannot be done."""

    exit_code = 2
