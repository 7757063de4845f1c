"""Set up Airflow's metadata database: tables, roles, then the first accounts.

Run it as a program, with Airflow's configuration in the environment and the passwords
on standard input, one a line. One process does it all, because importing Airflow takes
half the time of each.
"""

from __future__ import annotations

import sys

# The accounts, in the order of their passwords, with role and last name.
ACCOUNTS = {
    "admin": ("Admin", "Administrator"),
    "viewer": ("rasure_viewer", "Viewer"),
}


def commands(passwords: list[str]) -> list[tuple[str, ...]]:
    """The commands to run, in order, as arguments of Airflow's command line."""
    create = []
    for (name, (role, last_name)), password in zip(
        ACCOUNTS.items(), passwords, strict=True
    ):
        person = ("-f", "Airflow", "-l", last_name, "-e", f"{name}@localhost")
        account = ("-r", role, "-u", name, f"--password={password}")
        create.append(("users", "create", *account, *person))
    return [("db", "migrate"), *create]


def main() -> None:
    """Migrate the tables and create the accounts that there are not."""
    passwords = sys.stdin.read().splitlines()
    from airflow.cli import cli_parser

    parser = cli_parser.get_parser()
    for command in commands(passwords):
        arguments = parser.parse_args(command)
        arguments.func(arguments)


if __name__ == "__main__":
    main()
