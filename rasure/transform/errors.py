"""What can go wrong in a transform, in words an operator can act on."""

from __future__ import annotations

from rasure.errors import RasureError, SetupError


class UnknownStep(RasureError):
    """A step was named that a transform does not have."""

    exit_code = 2


class TransformFailed(RasureError):
    """dbt ran and a model or a test failed; the nodes after it were not built."""

    exit_code = 4


class TransformUnfinished(RasureError):
    """A step would build on what an earlier step did not finish, or built otherwise."""

    exit_code = 4


class DbtUnusable(SetupError):
    """dbt could not start, or stopped before it had anything to say about a model."""
