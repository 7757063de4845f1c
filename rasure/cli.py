"""The `rasure` command.

The commands of a part are in `rasure/<part>/commands.py`; those that work on several
parts are in `rasure/runtime/`. They import heavy packages only when they run, and raise
`RasureError` for a fault that the user can correct. The product names the instruments
only here, and loads them by name.
"""

from __future__ import annotations

import importlib
import sys

import typer

from rasure.errors import RasureError
from rasure.runtime.privileges import become_owner
from rasure.settings import Settings

PARTS = (
    "rasure.runtime.commands",
    "rasure.landing.commands",
    "rasure.sources.commands",
    "rasure.geography.commands",
    "rasure.runtime.transform_commands",
    "rasure.places.commands",
    "rasure.linkage.commands",
    "rasure.times.commands",
    "rasure.people.commands",
    "rasure.scopes.commands",
    "rasure.runtime.secret_commands",
    "rasure.runtime.report_commands",
    "rasure.runtime.place_commands",
    "rasure.runtime.withdrawal_commands",
    "rasure.operations.commands",
)
INSTRUMENTS = (
    "rasure.instruments.demo.commands",
    "rasure.instruments.simulate.commands",
    "rasure.instruments.truth.commands",
)

app = typer.Typer(
    name="rasure",
    help="Rasure: an open serious violence warehouse for police forces.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for part in (*PARTS, *INSTRUMENTS):
    importlib.import_module(part).register(app)


def main() -> None:
    """Run the command line; for a `RasureError`, print its sentence and exit code."""
    try:
        become_owner(Settings.load().home)
        app()
    except SystemExit as end:
        if end.code == 130:
            print(
                "rasure: stopped by the keyboard; run the command again to go on",
                file=sys.stderr,
            )
        raise
    except RasureError as error:
        print(f"rasure: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print(
            "rasure: stopped by the keyboard; run the command again to go on",
            file=sys.stderr,
        )
        sys.exit(130)
