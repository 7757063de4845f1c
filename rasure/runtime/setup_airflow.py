"""Set up Airflow's metadata database: tables, then the administrator.

Run as a program with Airflow's configuration in the environment and the password on
standard input. One process for both, because half of each is the import of Airflow.
"""

from __future__ import annotations

import sys

PERSON = ("-f", "Airflow", "-l", "Administrator", "-e", "admin@localhost")


def commands(password: str) -> list[tuple[str, ...]]:
    """What is to be run, in order, as words of Airflow's command line."""
    account = ("-r", "Admin", "-u", "admin", f"--password={password}")
    return [("db", "migrate"), ("users", "create", *account, *PERSON)]


def main() -> None:
    """Migrate the tables and make the user `admin` if there is none."""
    password = sys.stdin.readline().strip()
    from airflow.cli import cli_parser

    parser = cli_parser.get_parser()
    for command in commands(password):
        arguments = parser.parse_args(command)
        arguments.func(arguments)


if __name__ == "__main__":
    main()
