"""Set up Airflow's metadata database: tables, then the administrator.

Run it as a program, with Airflow's configuration in the environment and the password on
standard input. One process does both, because importing Airflow takes half the time of
each.
"""

from __future__ import annotations

import sys

PERSON = ("-f", "Airflow", "-l", "Administrator", "-e", "admin@localhost")


def commands(password: str) -> list[tuple[str, ...]]:
    """The commands to run, in order, as arguments of Airflow's command line."""
    account = ("-r", "Admin", "-u", "admin", f"--password={password}")
    return [("db", "migrate"), ("users", "create", *account, *PERSON)]


def main() -> None:
    """Migrate the tables and create the user `admin` if there is none."""
    password = sys.stdin.readline().strip()
    from airflow.cli import cli_parser

    parser = cli_parser.get_parser()
    for command in commands(password):
        arguments = parser.parse_args(command)
        arguments.func(arguments)


if __name__ == "__main__":
    main()
