"""Roles, row-level security and accounts, as the YAML files under `access/` say.

Superset's import of assets knows none of these, so the same command applies them. It
changes only what is ours: roles and rules whose name begins with `rasure`, and the
accounts that `users.yaml` names or named. An account that has left the file is switched
off and never deleted, so that what it did can be read later. Passwords are never in the
assets. Accounts that a log-in at an identity provider made are the provider's alone
(`rasure_superset.identity`): they are never changed here.

What cannot be applied as it is written stops the synchronisation: a rule with a
mistyped role, dataset or area would otherwise hide nothing.

Superset's row-level security adds a condition to every query of a role. It is the
second lock. The first is PostgreSQL's own row-level security, which knows the user
because of `DB_CONNECTION_MUTATOR` in `superset_config.py`.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from rasure_superset.assets.bundle import NAMESPACE
from rasure_superset.errors import AssetFaults, SyncError

PREFIX = "rasure"
SERVICE_USER = "rasure-sync"
REPORTS_USER = "rasure-reports"  # every report is made as this account
REPORTS_ROLE = "rasure_reports"
OWN_USERS = (SERVICE_USER, REPORTS_USER)
USERS_VARIABLE = "RASURE_SUPERSET_USERS"
ROLE_KEYS = {"description", "includes", "permissions", "reads", "reads_database"}
ROLE_KEYS |= {"reads_only"}  # the datasets that a role reads, instead of all open ones
RULE_KEYS = {"name", "role", "areas", "datasets"}
RULES_FILE = "row_level_security.yaml"
# The name of a user stands in the options of a connection to PostgreSQL.
USER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
USER_NAME_RULE = (
    "A user name has 1 to 64 letters (A to Z), digits and . _ @ -, and begins with a "
    "letter or a digit."
)

# An account of the identity provider has an address of this ending, and no mail there.
PROVIDER_ADDRESS_ENDING = "@openid.invalid"


@dataclass
class Access:
    """The roles with their permissions, the row-level rules and the accounts.

    `users` holds the accounts that have a password, with it; `accounts` holds all.
    """

    roles: dict[str, dict]
    rules: list[dict]
    users: dict[str, dict]
    accounts: dict[str, dict]


def load(folder: Path, home: Path) -> Access:
    """Read the roles, the row-level rules and the accounts that have a password.

    Passwords come from the JSON file that `RASURE_SUPERSET_USERS` names
    (`{"officer": "…"}`), or else from the table `superset` of the home's
    `secrets.toml`. Raises `SyncError` naming the file and the key of what is wrong;
    `check_rules` checks what needs the datasets and the marts.
    """
    roles = yaml.safe_load((folder / "roles.yaml").read_text()) or {}
    rules = yaml.safe_load((folder / RULES_FILE).read_text()) or []
    accounts = yaml.safe_load((folder / "users.yaml").read_text()) or {}
    for name, role in roles.items():
        if not name.startswith(PREFIX):
            raise SyncError(f"roles.yaml: {name}: a role of ours begins with {PREFIX}")
        if unknown_keys := set(role) - ROLE_KEYS:
            key = min(unknown_keys)
            raise SyncError(f"roles.yaml: {name}: unknown key {key}")
        for parent in role.get("includes") or []:
            if parent not in roles:
                raise SyncError(f"roles.yaml: {name}: includes: no role {parent}")
    faults = [
        *_faults_of_rules(rules, roles),
        *_faults_of_users(accounts, rules, roles),
    ]
    if faults:
        raise AssetFaults(faults)
    passwords = _passwords(accounts, home)
    users = {
        name: {**user, "password": passwords[name]}
        for name, user in accounts.items()
        if passwords.get(name)
    }
    return Access(roles, rules, users, accounts)


def is_user_name(name: str) -> bool:
    """True if a name may be that of a user (`USER_NAME_RULE`)."""
    return USER_NAME.fullmatch(name) is not None


def is_of_provider(account) -> bool:
    """True if a log-in at the identity provider made this account."""
    return (account.email or "").endswith(PROVIDER_ADDRESS_ENDING)


def check_rules(
    rules: list[dict],
    datasets: set[str],
    area_datasets: set[str],
    areas: set[str] | None = None,
) -> None:
    """Raise `AssetFaults` if a row-level rule names what does not exist.

    `datasets` names all datasets, `area_datasets` those with a column `area`. `areas`
    holds the areas of the marts; without it, areas are not checked.
    """
    faults = []
    for number, rule in enumerate(rules, 1):
        place = f"{RULES_FILE}: rule {number}"
        for name in rule.get("datasets") or []:
            if name not in datasets:
                faults.append(f"{place}: datasets: no dataset is named {name}")
            elif name not in area_datasets:
                faults.append(f"{place}: datasets: {name} has no column area")
        for area in rule["areas"]:
            if areas is not None and area not in areas:
                faults.append(f"{place}: areas: no area is named {area}")
    if faults:
        raise AssetFaults(faults)


def _faults_of_rules(rules: list[dict], roles: dict[str, dict]) -> Iterator[str]:
    names = set()
    for number, rule in enumerate(rules, 1):
        place = f"{RULES_FILE}: rule {number}"
        if not isinstance(rule, dict):
            yield f"{place}: not a mapping with the keys {', '.join(sorted(RULE_KEYS))}"
            continue
        for key in sorted(set(rule) - RULE_KEYS):
            yield f"{place}: unknown key {key}"
        for key in ("name", "role", "areas"):
            if not rule.get(key):
                yield f"{place}: {key}: empty"
        for key in ("areas", "datasets"):
            value = rule.get(key) or []
            if not isinstance(value, list) or not all(
                isinstance(item, str) for item in value
            ):
                yield f"{place}: {key}: not a list of names"
        if rule.get("role") and rule["role"] not in roles:
            yield f"{place}: role: roles.yaml has no {rule['role']}"
        if rule.get("name") in names:
            yield f"{place}: name: {rule['name']} is the name of another rule"
        names.add(rule.get("name"))


def _faults_of_users(
    accounts: dict[str, dict], rules: list[dict], roles: dict[str, dict]
) -> Iterator[str]:
    limited = {rule.get("role") for rule in rules if isinstance(rule, dict)}
    for name, account in accounts.items():
        place = f"users.yaml: {name!r}"
        if not is_user_name(str(name)):
            yield f"{place}: {USER_NAME_RULE}"
        if name in OWN_USERS:
            yield f"{place}: that name is Rasure's own"
        own_roles = account.get("roles") or []
        for role in own_roles:
            if role not in {*roles, "Admin"}:
                yield f"{place}: no role is named {role}"
        in_sql_lab = [role for role in own_roles if _reads_database(roles, role)]
        if in_sql_lab and limited & set(own_roles):
            yield (
                f"{place}: {in_sql_lab[0]} reads the marts in SQL Lab, where no rule "
                "of rows applies; take away that role or the one of the rule"
            )


def _reads_database(roles: dict[str, dict], role: str) -> bool:
    content = roles.get(role) or {}
    return bool(content.get("reads_database")) or any(
        _reads_database(roles, parent) for parent in content.get("includes") or []
    )


def permissions(access: Access, role: str) -> set[tuple[str, str]]:
    """The (permission, view) pairs of a role and of the roles that it includes."""
    content = access.roles[role]
    pairs = {(pair[0], pair[1]) for pair in content.get("permissions") or []}
    for parent in content.get("includes") or []:
        pairs |= permissions(access, parent)
    return pairs


def area_condition(areas: list[str]) -> str:
    """The SQL condition that keeps a role to its areas.

    >>> area_condition(["Slough", "King's Wood"])
    "area in ('Slough', 'King''s Wood')"
    """
    quoted = ", ".join("'" + area.replace("'", "''") + "'" for area in areas)
    return f"area in ({quoted})"


def apply(access: Access, area_tables: set[str], restricted: set[str]) -> str:
    """Apply roles, rules and accounts; returns a list of the changes, or "unchanged".

    `area_tables` names the datasets with a column `area`: a rule that lists no datasets
    applies to all of them. `restricted` holds the UUIDs of the databases whose datasets
    are only for the roles that name them. Raises `SyncError` for a permission that
    Superset does not know and for an account that it refuses.
    """
    changes = [
        *_apply_roles(access, restricted),
        *_apply_rules(access.rules, area_tables),
        *_apply_users(access),
    ]
    return ", ".join(changes) or "unchanged"


def service_user():
    """The account that owns the assets: an administrator nobody can log in as.

    It is made at the first call. Raises `SyncError` if Superset has no roles yet.
    """
    from superset import security_manager

    user = security_manager.find_user(username=SERVICE_USER)
    if user is None:
        user = security_manager.add_user(
            username=SERVICE_USER,
            first_name="Rasure",
            last_name="synchronisation",
            email="rasure-sync@localhost",
            role=security_manager.find_role("Admin"),
            password=secrets.token_urlsafe(32),
        )
    if not user:
        raise SyncError("Superset has no Admin role yet. Run `superset init` first.")
    if user.active:
        user.active = False
        security_manager.update_user(user)
    return user


def _passwords(users: dict[str, dict], home: Path) -> dict[str, str]:
    """The passwords by account; empty if the home has no secrets."""
    users_file = os.environ.get(USERS_VARIABLE)
    if not users_file and (folder := os.environ.get("RASURE_SECRETS")):
        return _passwords_in(Path(folder), users)
    path = Path(users_file) if users_file else home / "secrets.toml"
    try:
        if users_file:
            passwords = json.loads(path.read_text())
        elif path.exists():
            passwords = tomllib.loads(path.read_text()).get("superset", {})
        else:
            passwords = {}
    except (OSError, ValueError) as error:
        raise SyncError(f"{path} cannot be read, so no user has a password") from error
    if users_file and (unknown := passwords.keys() - users.keys()):
        names = ", ".join(sorted(unknown))
        raise SyncError(f"{USERS_VARIABLE}: users.yaml has no {names}")
    return passwords


def _passwords_in(folder: Path, users: dict[str, dict]) -> dict[str, str]:
    """The passwords of a deployment: `superset_<account>` in the folder of secrets."""
    try:
        return {
            name: file.read_text().strip()
            for name in users
            if (file := folder / f"superset_{name}").is_file()
        }
    except OSError as error:
        raise SyncError(f"{error.filename} cannot be read: {error.strerror}") from error


def _apply_roles(access: Access, restricted: set[str]) -> list[str]:
    from superset import db, security_manager

    changes = []
    pairs_of_roles = _pairs_of_roles(access, restricted)
    for name, pairs in pairs_of_roles.items():
        role = security_manager.add_role(name)
        views = []
        for permission, view in sorted(pairs):
            pair = security_manager.find_permission_view_menu(permission, view)
            if pair is None:
                raise SyncError(
                    f"roles.yaml: {name}: Superset has no permission {permission} on "
                    f"{view}. Run `superset init`, or correct the name."
                )
            views.append(pair)
        if {view.id for view in role.permissions} != {view.id for view in views}:
            role.permissions = views
            changes.append(f"role {name}")
    for role in security_manager.get_all_roles():
        if role.name.startswith(f"{PREFIX}_") and role.name not in pairs_of_roles:
            role.permissions = []
            for user in list(role.user):
                if is_of_provider(user):
                    # It may have kept them to an area: they get theirs again when the
                    # provider is asked next.
                    user.roles = []
            role.user = []
            db.session.delete(role)
            changes.append(f"role {role.name} removed")
    db.session.commit()
    return changes


def _pairs_of_roles(access: Access, restricted: set[str]) -> dict[str, set]:
    """The (permission, view) pairs by role, those for datasets and databases too."""
    from superset import db
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.core import Database

    open_tables, restricted_tables = {}, {}
    for table in db.session.query(SqlaTable).all():
        if str(table.uuid).startswith(NAMESPACE):
            pair = ("datasource_access", table.get_perm())
            if str(table.database.uuid) in restricted:
                restricted_tables[table.table_name] = pair
            else:
                open_tables[table.table_name] = pair
    databases = {
        ("database_access", database.perm)
        for database in db.session.query(Database).all()
        if str(database.uuid).startswith(NAMESPACE)
        and str(database.uuid) not in restricted
    }
    pairs_of_roles = {}
    for name, role in access.roles.items():
        pairs = permissions(access, name)
        pairs |= {
            pair
            for table, pair in open_tables.items()
            if table in role.get("reads_only", open_tables)
        }
        for table in role.get("reads") or []:
            if table in restricted_tables:
                pairs.add(restricted_tables[table])
        if role.get("reads_database"):
            pairs |= databases
        pairs_of_roles[name] = pairs
    return pairs_of_roles


def _apply_rules(rules: list[dict], area_tables: set[str]) -> list[str]:
    """Apply the row-level rules and remove ours that are no longer in the file."""
    from superset import db, security_manager
    from superset.connectors.sqla.models import RowLevelSecurityFilter, SqlaTable

    tables = [
        table
        for table in db.session.query(SqlaTable).all()
        if table.schema in ("marts", "marts_people")
    ]
    existing = {
        rule.name: rule
        for rule in db.session.query(RowLevelSecurityFilter).all()
        if rule.name.startswith(f"{PREFIX}: ")
    }
    changes = []
    for content in rules:
        name = f"{PREFIX}: {content['name']}"
        rule = existing.pop(name, None) or RowLevelSecurityFilter(name=name)
        datasets = set(content.get("datasets") or area_tables)
        state = {
            "clause": area_condition(content["areas"]),
            "filter_type": "Regular",
            "group_key": f"{PREFIX} area",
            "tables": [table for table in tables if table.table_name in datasets],
            "roles": [security_manager.find_role(content["role"])],
        }
        if any(_differ(getattr(rule, key), value) for key, value in state.items()):
            for key, value in state.items():
                setattr(rule, key, value)
            db.session.add(rule)
            changes.append(f"rule {content['name']}")
    for rule in existing.values():
        db.session.delete(rule)
        changes.append(f"rule {rule.name.removeprefix(f'{PREFIX}: ')} removed")
    db.session.commit()
    return changes


def _differ(stored, wanted) -> bool:
    """True if two values differ, or two lists of rows regardless of their order."""
    if isinstance(wanted, list):
        return {row.id for row in stored} != {row.id for row in wanted}
    return stored != wanted


def _apply_users(access: Access) -> list[str]:
    from superset import db, security_manager
    from werkzeug.security import check_password_hash, generate_password_hash

    changes = []
    service = service_user()
    for name, content in access.accounts.items():
        password = access.users.get(name, {}).get("password")
        roles = [security_manager.find_role(role) for role in content["roles"]]
        user = security_manager.find_user(username=name)
        if user is None and password is None:
            continue
        if user is not None and is_of_provider(user):
            raise SyncError(
                f"users.yaml: {name}: this account is the identity provider's, which "
                "gives its roles. Give the account in the file another name."
            )
        if user is None:
            user = security_manager.add_user(
                username=name,
                first_name=content.get("first_name", name.capitalize()),
                last_name=content.get("last_name", ""),
                email=content.get("email", f"{name}@localhost"),
                role=roles,
                password=password,
            )
            if not user:
                raise SyncError(
                    f"users.yaml: {name}: Superset refused to add this user"
                )
            user.created_by_fk = service.id
            changes.append(f"user {name}")
            continue
        user.created_by_fk = service.id  # so that it is known when it leaves the file
        if not user.active and user.changed_by_fk == service.id:
            user.active = True
            user.changed_by_fk = None
            changes.append(f"user {name} switched on")
        if password and not check_password_hash(user.password, password):
            user.password = generate_password_hash(password)
            changes.append(f"password of {name}")
        if {role.id for role in user.roles} != {role.id for role in roles}:
            user.roles = roles
            changes.append(f"roles of {name}")
    for user in security_manager.get_all_users():
        if _has_left(user, access.accounts, service):
            user.active = False
            user.changed_by_fk = service.id
            changes.append(f"user {user.username} switched off")
    db.session.commit()
    return changes


def _has_left(user, accounts: dict[str, dict], service) -> bool:
    """True if an active account is ours and `users.yaml` no longer names it.

    Ours are the accounts that the file has named, and all that have a role of ours. Who
    switched an account off is in `changed_by`: what an administrator switched off by
    hand stays off. The accounts of the identity provider are never ours.
    """
    if not user.active or user.username in {*accounts, *OWN_USERS}:
        return False
    if is_of_provider(user):
        return False
    roles = [*user.roles, *(role for group in user.groups for role in group.roles)]
    has_role = any(role.name.startswith(f"{PREFIX}_") for role in roles)
    return has_role or user.created_by_fk == service.id
