"""Set up Airflow's metadata database: tables, then the administrator.

Run as a program with Airflow's configuration in the environment and the password on
standard input. One process for both, because half of each is the import of Airflow.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Migrate the tables and make the user `admin` if there is none."""
    password = sys.stdin.readline().strip()
    from airflow.cli import cli_parser

    person = ("-f", "Airflow", "-l", "Administrator", "-e", "admin@localhost")
    create = ("users", "create", "-r", "Admin", "-u", "admin", *person, "-p", password)
    parser = cli_parser.get_parser()
    for command in (("db", "migrate"), create):
        arguments = parser.parse_args(command)
        arguments.func(arguments)


if __name__ == "__main__":
    main()
