"""The errors an operator can act on.

Everything that Rasure raises on purpose descends from `RasureError`, carries a plain
sentence that says what to do, and never a value from a person's record. The command
line prints that sentence and exits with the error's code; nothing else is caught.
"""


class RasureError(Exception):
    """A fault that a person can mend. `exit_code` is the command line's answer."""

    exit_code = 1


class SetupError(RasureError):
    """The machine, the settings or a service is not as Rasure needs it."""

    exit_code = 3
