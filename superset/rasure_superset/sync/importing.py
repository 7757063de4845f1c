"""Import a rendered bundle into Superset, inside its own process, and count after.

Superset's own import command does the work, in one transaction with the removal of what
is no longer in the assets: either all of it is there afterwards or nothing has changed.
The answer is measured, not assumed: the state of every asset of ours before and after.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass

import yaml

from rasure_superset.assets.bundle import NAMESPACE
from rasure_superset.errors import SyncError

SERVICE_USER = "rasure-sync"


@dataclass(frozen=True)
class Counts:
    """How many assets an import created, updated, left unchanged and removed."""

    created: int
    updated: int
    unchanged: int
    removed: int

    def __str__(self) -> str:
        return (
            f"{self.created} created, {self.updated} updated, "
            f"{self.unchanged} unchanged, {self.removed} removed"
        )


def service_user():
    """The account that owns the assets: an administrator nobody can log in as."""
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


def apply(files: dict[str, str]) -> Counts:
    """Import `files`, remove what is ours and no longer in them, and count.

    Raises `SyncError` when Superset refuses the bundle or when an asset or a link to a
    chart is missing afterwards.
    """
    from superset import db
    from superset.commands.exceptions import CommandException
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.utils.core import override_user
    from superset.utils.decorators import transaction

    expected = _expected(files)
    before = _state()

    @transaction(on_error=None)
    def run() -> None:
        ImportAssetsCommand(files).run()
        db.session.flush()
        for model in _models():
            for item in db.session.query(model).all():
                uuid = str(item.uuid)
                if uuid.startswith(NAMESPACE) and uuid not in expected:
                    db.session.delete(item)
        db.session.flush()
        _verify(expected)

    with override_user(service_user()):
        try:
            run()
        except CommandException as error:
            reasons = getattr(error, "_exceptions", [])
            details = "; ".join(str(getattr(r, "messages", r)) for r in reasons)
            cause = error.__cause__ or ""
            raise SyncError(
                f"Superset refused the assets: {error}. {details} {cause}".strip()
            ) from error
    after = _state()
    return Counts(
        created=len(after.keys() - before.keys()),
        updated=sum(before.get(key, value) != value for key, value in after.items()),
        unchanged=sum(before.get(key) == value for key, value in after.items()),
        removed=len(before.keys() - after.keys()),
    )


def _models() -> list:
    """The models of the assets, those that depend on others first."""
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.core import Database
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    return [Dashboard, Slice, SqlaTable, Database]


def _expected(files: dict[str, str]) -> dict[str, set[str]]:
    """Every UUID of the bundle, with the charts a dashboard has to be linked to."""
    expected = {}
    for name, content in files.items():
        if name == "metadata.yaml":
            continue
        asset = yaml.safe_load(content)
        expected[asset["uuid"]] = {
            child["meta"]["uuid"]
            for child in asset.get("position", {}).values()
            if isinstance(child, dict) and child["type"] == "CHART"
        }
    return expected


def _verify(expected: dict[str, set[str]]) -> None:
    """Raise `SyncError` unless every asset is there and every chart is linked."""
    from superset import db
    from superset.models.dashboard import Dashboard

    found = {
        str(item.uuid) for model in _models() for item in db.session.query(model).all()
    }
    if missing := expected.keys() - found:
        raise SyncError(f"After the import these are missing: {sorted(missing)}")
    for board in db.session.query(Dashboard).all():
        db.session.expire(board, ["slices"])
        linked = {str(item.uuid) for item in board.slices}
        wanted = expected.get(str(board.uuid), set())
        if wanted - linked:
            raise SyncError(
                f"Dashboard {board.slug} is not linked to {sorted(wanted - linked)}"
            )


def _state() -> dict[str, str]:
    """A digest of every asset of ours, by UUID."""
    from superset import db

    state = {}
    for model in _models():
        for item in db.session.query(model).all():
            if not str(item.uuid).startswith(NAMESPACE):
                continue
            fields = {key: str(getattr(item, key)) for key in model.export_fields}
            for child in model.export_children:
                fields[child] = sorted(
                    json.dumps(
                        {key: str(getattr(part, key)) for key in part.export_fields},
                        sort_keys=True,
                    )
                    for part in getattr(item, child)
                )
            if hasattr(item, "slices"):
                fields["charts"] = sorted(str(chart.uuid) for chart in item.slices)
            if hasattr(item, "sqlalchemy_uri_decrypted"):
                fields["uri"] = item.sqlalchemy_uri_decrypted
            content = json.dumps(fields, sort_keys=True).encode()
            state[str(item.uuid)] = hashlib.sha256(content).hexdigest()
    db.session.rollback()
    return state
