"""Roles and users, from YAML and the home's secrets; rows are `rows`' part.

Superset's import bundle knows none of these, so the same command applies them. Only
what is ours is touched: roles and rules whose name begins with `rasure`, and the users
of `users.yaml`. Passwords are never in the assets.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

import yaml

from rasure_superset import rows
from rasure_superset.errors import SyncError
from rasure_superset.rows import PREFIX

USERS = "RASURE_SUPERSET_USERS"
ROLE_KEYS = {"description", "includes", "permissions", "reads", "reads_database"}


@dataclass
class Access:
    """The roles with their permissions, the row-level rules and the users."""

    roles: dict[str, dict]
    rules: list[dict]
    users: dict[str, dict]


def load(folder: Path, home: Path) -> Access:
    """Read the roles, the row-level rules and the users with their passwords.

    Raises `SyncError` naming the file and the key of what is wrong.
    """
    roles = yaml.safe_load((folder / "roles.yaml").read_text()) or {}
    rules = yaml.safe_load((folder / "row_level_security.yaml").read_text()) or []
    for name, role in roles.items():
        if not name.startswith(PREFIX):
            raise SyncError(f"roles.yaml: {name}: a role of ours begins with {PREFIX}")
        if unknown := set(role) - ROLE_KEYS:
            raise SyncError(f"roles.yaml: {name}: unknown key {sorted(unknown)[0]}")
        for parent in role.get("includes") or []:
            if parent not in roles:
                raise SyncError(f"roles.yaml: {name}: includes: no role {parent}")
    for number, rule in enumerate(rules, 1):
        for key in ("name", "role", "areas"):
            if not rule.get(key):
                raise SyncError(f"row_level_security.yaml: rule {number}: {key}: empty")
    users = _users(folder, home)
    known = {*roles, *(rule["role"] for rule in rules), "Admin"}
    for name, user in users.items():
        for role in user["roles"]:
            if role not in known:
                raise SyncError(f"users.yaml: {name}: no role is named {role}")
    return Access(roles, rules, users)


def _users(folder: Path, home: Path) -> dict[str, dict]:
    """The accounts of `users.yaml` whose password is given, with that password.

    Passwords come from the JSON file that `RASURE_SUPERSET_USERS` names
    (`{"officer": "…"}`), or else from the home's `secrets.toml`, table `superset`.
    """
    users = yaml.safe_load((folder / "users.yaml").read_text()) or {}
    given = os.environ.get(USERS)
    path = Path(given) if given else home / "secrets.toml"
    try:
        if given:
            passwords = json.loads(path.read_text())
        elif path.exists():
            passwords = tomllib.loads(path.read_text()).get("superset", {})
        else:
            passwords = {}
    except (OSError, ValueError) as error:
        raise SyncError(f"{path} cannot be read, so no user has a password") from error
    if given and (unknown := passwords.keys() - users.keys()):
        raise SyncError(f"{USERS}: users.yaml has no {', '.join(sorted(unknown))}")
    return {
        name: {**user, "password": passwords[name]}
        for name, user in users.items()
        if passwords.get(name)
    }


def permissions(access: Access, role: str) -> set[tuple[str, str]]:
    """The (permission, view) pairs of a role, with those of the roles it includes."""
    content = access.roles[role]
    found = {(p[0], p[1]) for p in content.get("permissions") or []}
    for parent in content.get("includes") or []:
        found |= permissions(access, parent)
    return found


def apply(access: Access, area_tables: set[str], restricted: set[str]) -> str:
    """Put roles, rules and users in place; returns what changed, in a sentence.

    `area_tables` are the datasets that have an `area` column: a rule without its own
    list of datasets holds for all of them. `restricted` are the UUIDs of the databases
    whose datasets only the roles that name them may read.
    """
    from rasure_superset.sync.importing import (
        SERVICE_USER,  # one name, kept in one place
    )

    changes = _roles(access, restricted) + rows.apply(access.rules, area_tables)
    changes += _accounts(access, SERVICE_USER)
    return ", ".join(changes) if changes else "unchanged"


def _roles(access: Access, restricted: set[str]) -> list[str]:
    from superset import db, security_manager
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.core import Database

    from rasure_superset.assets.bundle import NAMESPACE

    everyones, named = set(), {}
    for table in db.session.query(SqlaTable).all():
        if str(table.uuid).startswith(NAMESPACE):
            pair = ("datasource_access", table.get_perm())
            if str(table.database.uuid) in restricted:
                named[table.table_name] = pair
            else:
                everyones.add(pair)
    changes = []
    databases = {
        ("database_access", database.perm)
        for database in db.session.query(Database).all()
        if str(database.uuid).startswith(NAMESPACE)
        and str(database.uuid) not in restricted
    }
    wanted = {
        name: permissions(access, name)
        | everyones
        | {named[table] for table in role.get("reads") or [] if table in named}
        | (databases if role.get("reads_database") else set())
        for name, role in access.roles.items()
    }
    for rule in access.rules:
        wanted.setdefault(rule["role"], set())
    for name, pairs in wanted.items():
        role = security_manager.add_role(name)
        views = []
        for permission, view in sorted(pairs):
            pair = security_manager.find_permission_view_menu(permission, view)
            if pair is None:
                raise SyncError(
                    f"roles.yaml: {name}: Superset has no permission {permission} on "
                    f"{view}. Run `superset init`, or mend the name."
                )
            views.append(pair)
        if {view.id for view in role.permissions} != {view.id for view in views}:
            role.permissions = views
            changes.append(f"role {name}")
    for role in security_manager.get_all_roles():
        if role.name.startswith(f"{PREFIX}_") and role.name not in wanted:
            role.permissions = []
            role.user = []
            db.session.delete(role)
            changes.append(f"role {role.name} removed")
    db.session.commit()
    return changes


def _accounts(access: Access, service: str) -> list[str]:
    from superset import db, security_manager
    from werkzeug.security import check_password_hash, generate_password_hash

    changes = []
    for name, content in access.users.items():
        if name == service:
            raise SyncError(f"{USERS}: {name}: that name is Rasure's own")
        roles = [security_manager.find_role(role) for role in content["roles"]]
        user = security_manager.find_user(username=name)
        if user is None:
            user = security_manager.add_user(
                username=name,
                first_name=content.get("first_name", name.capitalize()),
                last_name=content.get("last_name", ""),
                email=content.get("email", f"{name}@localhost"),
                role=roles,
                password=content["password"],
            )
            if not user:
                raise SyncError(f"{USERS}: {name}: Superset would not add this user")
            changes.append(f"user {name}")
            continue
        if not check_password_hash(user.password, content["password"]):
            user.password = generate_password_hash(content["password"])
            changes.append(f"password of {name}")
        if {role.id for role in user.roles} != {role.id for role in roles}:
            user.roles = roles
            changes.append(f"roles of {name}")
    db.session.commit()
    return changes
