"""Read the assets: one YAML file each, known by its UUID.

The files are leaner than Superset's export, so that a change is a short diff: SQL and
CSS stand in files of their own, and what can be derived (ids, positions, filter scopes,
query contexts) is derived by `render` and never written down. Datasets that differ in a
word share one SQL file, in which `$word` stands for the word in their `sql_values`.

Every UUID is `5e0a7a5e-<kind>-4000-8000-<number>`: the first group marks what is ours
in a Superset that others use too, the second one the kind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from string import Template

import yaml

from rasure_superset.errors import AssetFaults

NAMESPACE = "5e0a7a5e-"
KINDS = {
    "databases": "0001",
    "datasets": "0002",
    "charts": "0003",
    "dashboards": "0004",
}
KEYS = {
    "databases": (
        {"database_name", "uuid", "sqlalchemy_uri"},
        {
            "expose_in_sqllab",
            "allow_ctas",
            "allow_cvas",
            "allow_dml",
            "allow_file_upload",
            "allow_run_async",
            "cache_timeout",
            "optional",
            "restricted",
        },
    ),
    "datasets": (
        {"table_name", "schema", "uuid", "database_uuid", "columns", "metrics"},
        {
            "description",
            "main_dttm_col",
            "sql_file",
            "sql_values",
            "reads",
            "optional",
        },
    ),
    "charts": (
        {"slice_name", "uuid", "dataset_uuid", "viz_type", "params"},
        {"description", "cache_timeout"},
    ),
    "dashboards": (
        {"dashboard_title", "slug", "uuid", "tabs"},
        {
            "description",
            "css_file",
            "filters",
            "cross_filters",
            "colours",
            "every_tab",
            "without_rows",
        },
    ),
}


@dataclass(frozen=True)
class Asset:
    """One file: where it is (`charts/map.yaml`) and what it holds."""

    file: str
    content: dict
    companion: str | None = None

    @property
    def uuid(self) -> str:
        """The asset's UUID, as text."""
        return str(self.content["uuid"])


@dataclass
class Bundle:
    """All assets by kind and UUID, and the colours of the charts."""

    databases: dict[str, Asset] = field(default_factory=dict)
    datasets: dict[str, Asset] = field(default_factory=dict)
    charts: dict[str, Asset] = field(default_factory=dict)
    dashboards: dict[str, Asset] = field(default_factory=dict)
    palette: dict = field(default_factory=dict)

    def kind(self, name: str) -> dict[str, Asset]:
        """The assets of one kind by UUID."""
        return getattr(self, name)

    def table_of(self, chart: Asset) -> str:
        """The table or the query that a chart shows, by the name of its dataset."""
        dataset = self.datasets[str(chart.content["dataset_uuid"])]
        return dataset.content["table_name"]

    def database_of(self, chart: Asset) -> str:
        """The UUID of the database that a chart is read from."""
        dataset = self.datasets[str(chart.content["dataset_uuid"])]
        return str(dataset.content["database_uuid"])


def load(folder: Path) -> Bundle:
    """Read every asset under `folder`.

    Raises `AssetFaults` with every unreadable file, missing or unknown key, wrong or
    doubled UUID and missing companion file (SQL, CSS) at once.
    """
    bundle, faults, companions = Bundle(), [], set()
    for kind in KINDS:
        for path in sorted((folder / kind).glob("*.yaml")):
            file = f"{kind}/{path.name}"
            asset = _read(path, file, kind, faults)
            if asset is None:
                continue
            name = _companion(asset.content)
            companions.add((folder / kind / name).resolve() if name else None)
            if asset.uuid in bundle.kind(kind):
                other = bundle.kind(kind)[asset.uuid].file
                faults.append(f"{file}: uuid: {asset.uuid} is also that of {other}")
            bundle.kind(kind)[asset.uuid] = asset
    bundle.palette = yaml.safe_load((folder / "palette.yaml").read_text())
    heads = {
        str(item["chart"])
        for board in bundle.dashboards.values()
        for item in (board.content.get("every_tab") or {}).get("charts") or []
    }
    for number, board in enumerate(bundle.dashboards.values(), 1):
        faults += _spread(board, number, bundle)
    for uuid in heads:
        bundle.charts.pop(uuid, None)
    known = {".yaml", ".sql", ".css"}
    for path in sorted(folder.glob("*/*")):
        stray = path.suffix not in known or path.parent.name not in KINDS
        alone = path.suffix in {".sql", ".css"} and path.resolve() not in companions
        if stray or alone:
            faults.append(f"{path.parent.name}/{path.name}: no asset uses this file")
    if faults:
        raise AssetFaults(faults)
    return bundle


def _companion(content: dict) -> str | None:
    return content.get("sql_file") or content.get("css_file")


def _spread(board: Asset, number: int, bundle: Bundle) -> list[str]:
    """Put the charts that stand at the head of every tab into each, as copies.

    Superset knows a chart once a dashboard, so that each tab has one of its own; what
    they ask is the same and is cached once. Returns faults.
    """
    faults, around = [], board.content.get("every_tab") or {}
    for item in around.pop("charts", []):
        original = bundle.charts.get(str(item["chart"]))
        if original is None:
            faults.append(f"{board.file}: every_tab: no chart has {item['chart']}")
            continue
        for place, tab in enumerate(board.content["tabs"], 1):
            uuid = original.uuid.replace("-8000-", f"-8{number}{place:02}-")
            file = original.file.replace(".yaml", f"_{number}{place:02}.yaml")
            copy = Asset(file, {**original.content, "uuid": uuid})
            bundle.charts[uuid] = copy
            tab["rows"].insert(0, [{**item, "chart": uuid, "at_head": True}])
    return faults


def _read(path: Path, file: str, kind: str, faults: list[str]) -> Asset | None:
    """One asset, or None with the reason added to `faults`."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" in line {place.line + 1}" if place else ""
        faults.append(f"{file}: not valid YAML{line}")
        return None
    if not isinstance(content, dict):
        faults.append(f"{file}: expected keys and values, found {content!r:.40}")
        return None
    required, optional = KEYS[kind]
    for key in sorted(required - content.keys()):
        faults.append(f"{file}: {key}: missing")
    for key in sorted(content.keys() - required - optional):
        faults.append(f"{file}: {key}: unknown key")
    if required - content.keys():
        return None
    prefix = f"{NAMESPACE}{KINDS[kind]}-4000-8000-"
    if not str(content["uuid"]).startswith(prefix):
        faults.append(f"{file}: uuid: {content['uuid']} does not begin with {prefix}")
    companion = _companion(content)
    if companion is None:
        return Asset(file, content)
    beside = path.parent / companion
    if not beside.is_file():
        faults.append(f"{file}: {companion} is not beside it")
        return None
    text, values = beside.read_text(encoding="utf-8"), content.get("sql_values")
    if values is None:
        return Asset(file, content, text)
    asked = set(Template(text).get_identifiers())
    for name in sorted(asked ^ values.keys()):
        place = companion if name in values else "sql_values"
        faults.append(f"{file}: {place}: does not name {name}")
    return Asset(file, content, Template(text).safe_substitute(values))
