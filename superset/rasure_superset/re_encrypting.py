"""Encrypt the passwords that Superset stores by the key of today.

    python -m rasure_superset.re_encrypting

The key before is RASURE_PREVIOUS_SECRET_KEY. What is encrypted by the key of today
already is left as it is, so a run that was stopped can be repeated.

`superset re-encrypt-secrets` of Superset 6.1.0 says "All tables processed" and has
changed nothing: it looks for encrypted columns in the metadata of Flask-SQLAlchemy,
where none of its tables is. They are in that of Flask-AppBuilder.
"""

from __future__ import annotations

import sys

from rasure_superset.errors import SyncError


def main() -> int:
    """Encrypt everything again; returns the exit code."""
    from superset.app import create_app

    try:
        with create_app().app_context():
            print(f"encrypted again: {', '.join(re_encrypt())}")
    except SyncError as error:
        print(f"re-encrypting: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def re_encrypt() -> list[str]:
    """Encrypt the values of every encrypted column again; returns the columns.

    One transaction. Raises `SyncError` where no column is found, because then nothing
    would be encrypted again.
    """
    from flask import current_app
    from flask_appbuilder import Model
    from sqlalchemy_utils import EncryptedType
    from superset.utils.encrypt import SecretsMigrator

    class Migrator(SecretsMigrator):
        def discover_encrypted_fields(self) -> dict[str, dict[str, EncryptedType]]:
            encrypted = {
                name: {
                    column.name: column.type
                    for column in table.columns
                    if isinstance(column.type, EncryptedType)
                }
                for name, table in Model.metadata.tables.items()
            }
            return {name: columns for name, columns in encrypted.items() if columns}

    migrator = Migrator(current_app.config["PREVIOUS_SECRET_KEY"])
    columns = migrator.discover_encrypted_fields()
    if "dbs" not in columns:
        raise SyncError(
            "Superset's tables have no encrypted password of a database, where this "
            "version of Rasure expects one. Nothing was changed."
        )
    migrator.run()
    return [f"{table}.{column}" for table in columns for column in columns[table]]


if __name__ == "__main__":
    sys.exit(main())
