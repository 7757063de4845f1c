"""Import a rendered bundle into Superset, and count what it changed.

Superset's own import command runs in one transaction with the removal of what is no
longer in the assets: either all of it is there afterwards, or nothing has changed. The
counts compare every asset of ours before and after. It needs an app of Superset.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from rasure_superset.access import service_user
from rasure_superset.assets.bundle import NAMESPACE
from rasure_superset.errors import SyncError


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


def apply(files: dict[str, str]) -> Counts:
    """Import `files`, remove those of our assets that are not in them, and count.

    Raises `SyncError` if Superset refuses the bundle, or if an asset or a link to a
    chart is missing afterwards.
    """
    from superset import db
    from superset.commands.exceptions import CommandException
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.utils.core import override_user
    from superset.utils.decorators import transaction

    expected = _charts_by_asset(files)
    before = _digests()

    @transaction(on_error=None)
    def import_and_remove() -> None:
        ImportAssetsCommand(files).run()
        db.session.flush()
        for item in _our_assets():
            if str(item.uuid) not in expected:
                db.session.delete(item)
        db.session.flush()
        _check_imported(expected)

    with override_user(service_user()):
        try:
            import_and_remove()
        except CommandException as error:
            reasons = getattr(error, "_exceptions", [])
            details = "; ".join(str(getattr(r, "messages", r)) for r in reasons)
            cause = error.__cause__ or ""
            raise SyncError(
                f"Superset refused the assets: {error}. {details} {cause}".strip()
            ) from error
    after = _digests()
    in_both = after.keys() & before.keys()
    unchanged = sum(after[uuid] == before[uuid] for uuid in in_both)
    return Counts(
        created=len(after.keys() - before.keys()),
        updated=len(in_both) - unchanged,
        unchanged=unchanged,
        removed=len(before.keys() - after.keys()),
    )


def _our_assets() -> Iterator:
    """Yield the rows of Superset that are ours, those that depend on others first."""
    from superset import db
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.core import Database
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    for model in (Dashboard, Slice, SqlaTable, Database):
        for item in db.session.query(model).all():
            if str(item.uuid).startswith(NAMESPACE):
                yield item


def _charts_by_asset(files: dict[str, str]) -> dict[str, set[str]]:
    """The UUID of every asset, with the charts that it must be linked to."""
    charts = {}
    for name, content in files.items():
        if name == "metadata.yaml":
            continue
        asset = yaml.safe_load(content)
        charts[asset["uuid"]] = {
            component["meta"]["uuid"]
            for component in asset.get("position", {}).values()
            if isinstance(component, dict) and component["type"] == "CHART"
        }
    return charts


def _check_imported(expected: dict[str, set[str]]) -> None:
    """Raise `SyncError` unless every asset is there and every chart is linked."""
    from superset import db

    imported = {str(item.uuid): item for item in _our_assets()}
    if missing := expected.keys() - imported.keys():
        raise SyncError(f"After the import these are missing: {sorted(missing)}")
    for uuid, charts in expected.items():
        if not charts:
            continue
        dashboard = imported[uuid]
        db.session.expire(dashboard, ["slices"])
        unlinked = charts - {str(chart.uuid) for chart in dashboard.slices}
        if unlinked:
            raise SyncError(
                f"Dashboard {dashboard.slug} is not linked to {sorted(unlinked)}"
            )


def _digests() -> dict[str, str]:
    """A digest of every asset of ours, by UUID."""
    from superset import db

    digests = {}
    for item in _our_assets():
        fields = {key: str(getattr(item, key)) for key in item.export_fields}
        for child in item.export_children:
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
        digests[str(item.uuid)] = hashlib.sha256(content).hexdigest()
    db.session.rollback()
    return digests
