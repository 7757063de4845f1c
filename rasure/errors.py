"""The errors that an operator can act on.

Everything that Rasure raises on purpose descends from `RasureError`. Its message is a
plain sentence that says what to do and holds no value of a person's record. The command
line prints that sentence and exits with the error's code; it catches nothing else.
"""


class RasureError(Exception):
    """A fault that the operator can correct; `exit_code` is that of the command."""

    exit_code = 1


class SetupError(RasureError):
    """The machine, the settings or a service does not meet a requirement of Rasure."""

    exit_code = 3
