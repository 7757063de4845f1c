"""Set up a new metadata database of Superset: tables, administrator, roles.

Run with the Python of Superset's own environment, its settings in the environment and
the password on standard input. One process does all three, because most of the time of
each is the import of Superset.
"""

from __future__ import annotations

import sys

PERSON = ("--firstname", "Superset", "--lastname", "Administrator")
ACCOUNT = ("--username", "admin", "--email", "admin@localhost")


def main() -> None:
    """Create the tables, the roles, and the user `admin` if there is none."""
    password = sys.stdin.readline().strip()
    from superset.app import create_app

    app = create_app()
    runner = app.test_cli_runner()
    with app.app_context():
        from flask_appbuilder.cli import fab
        from flask_migrate.cli import db
        from superset.cli.main import init

        create = ["create-admin", *PERSON, *ACCOUNT, f"--password={password}"]
        for command, arguments in ((db, ["upgrade"]), (fab, create), (init, [])):
            result = runner.invoke(command, arguments, catch_exceptions=False)
            print(result.output)
            if result.exit_code != 0:
                sys.exit(f"superset {command.name} failed")
        if app.appbuilder.sm.find_user(username="admin") is None:
            sys.exit("the user admin was not made")


if __name__ == "__main__":
    main()
