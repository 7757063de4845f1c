"""What can go wrong in a transform, in words an operator can act on."""

from __future__ import annotations

from rasure.errors import RasureError, SetupError


class UnknownLayer(RasureError):
    """A layer was named that the project does not have."""

    exit_code = 2


class TransformFailed(RasureError):
    """dbt ran and a model or a test failed; the nodes after it were not built."""

    exit_code = 4


class TransformBusy(RasureError):
    """Another transform kept the warehouse for longer than this one was to wait."""

    exit_code = 5


class DbtUnusable(SetupError):
    """dbt could not start, or stopped before it had anything to say about a model."""
