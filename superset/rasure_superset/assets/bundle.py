"""Read the assets: one YAML file each, known by its UUID.

The files are leaner than Superset's own export, so that a change is a short diff. SQL
and CSS are in files of their own. `render` derives the rest (ids, positions, the scopes
of filters, query contexts). Datasets that differ in a word share one SQL file, in which
`$word` stands for the value of `word` in their `sql_values`.

Every UUID is `5e0a7a5e-<kind>-4000-8000-<number>`. The first group marks what is ours
in a Superset that others use too; the second group is the kind.

The marts of a source exist once it has landed. Datasets and databases that wait for a
source say `optional: true`, and `without_missing_tables` leaves them out until then.
"""

from __future__ import annotations

from collections.abc import Iterator
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
# The keys of each kind: those that a file must have, and those that it may have.
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

Marts = dict[str, set[str]]  # the names of the columns, by table


@dataclass(frozen=True)
class Asset:
    """One file: its name (`charts/map.yaml`), its content, its SQL or CSS."""

    file: str
    content: dict
    companion: str | None = None

    @property
    def uuid(self) -> str:
        """The asset's UUID, as text."""
        return str(self.content["uuid"])

    @property
    def source(self) -> str:
        """Of a dataset: what its queries select from, a table or its SQL."""
        if self.companion:
            return f"({self.companion}) as source"
        return f"{self.content['schema']}.{self.content['table_name']}"

    @property
    def columns(self) -> set[str]:
        """Of a dataset: the names of its columns, those with an expression too."""
        return {column["column_name"] for column in self.content["columns"]}


@dataclass
class Bundle:
    """All assets, by kind and UUID, and the colours of the charts."""

    databases: dict[str, Asset] = field(default_factory=dict)
    datasets: dict[str, Asset] = field(default_factory=dict)
    charts: dict[str, Asset] = field(default_factory=dict)
    dashboards: dict[str, Asset] = field(default_factory=dict)
    palette: dict = field(default_factory=dict)

    def kind(self, name: str) -> dict[str, Asset]:
        """The assets of one kind, by UUID."""
        return getattr(self, name)

    def dataset_of(self, chart: Asset) -> Asset:
        """The dataset that a chart shows."""
        return self.datasets[str(chart.content["dataset_uuid"])]

    def table_of(self, chart: Asset) -> str:
        """The table that a chart shows, or the name of its dataset's query."""
        return self.dataset_of(chart).content["table_name"]

    def database_of(self, chart: Asset) -> str:
        """The UUID of the database that a chart reads."""
        return str(self.dataset_of(chart).content["database_uuid"])


def load(folder: Path) -> Bundle:
    """Read every asset under `folder`.

    Raises `AssetFaults` with all faults at once: files that cannot be read, keys that
    are missing or unknown, wrong and repeated UUIDs, SQL and CSS files that are missing
    or unused.
    """
    bundle, faults, companions = Bundle(), [], set()
    for kind in KINDS:
        for path in sorted((folder / kind).glob("*.yaml")):
            file = f"{kind}/{path.name}"
            asset = _read(path, file, kind, faults)
            if asset is None:
                continue
            if name := _companion_name(asset.content):
                companions.add((folder / kind / name).resolve())
            if asset.uuid in bundle.kind(kind):
                other = bundle.kind(kind)[asset.uuid].file
                faults.append(f"{file}: uuid: {asset.uuid} is also that of {other}")
            bundle.kind(kind)[asset.uuid] = asset
    bundle.palette = yaml.safe_load((folder / "palette.yaml").read_text())
    faults += _copy_charts_into_every_tab(bundle)
    for path in sorted(folder.glob("*/*")):
        is_of_a_kind = path.parent.name in KINDS and (
            path.suffix == ".yaml"
            or (path.suffix in {".sql", ".css"} and path.resolve() in companions)
        )
        if not is_of_a_kind:
            faults.append(f"{path.parent.name}/{path.name}: no asset uses this file")
    if faults:
        raise AssetFaults(faults)
    return bundle


def chart_places(dashboard: Asset) -> list[tuple[str, str]]:
    """Every chart that a dashboard's tabs place, as (place, UUID)."""
    return [
        (f"tabs: {tab['title']}", str(item["chart"]))
        for tab in dashboard.content["tabs"]
        for row in tab["rows"]
        for item in row
        if "chart" in item
    ]


def without_missing_tables(
    bundle: Bundle, live: dict[str, Marts]
) -> tuple[Bundle, list[str]]:
    """The assets that can be shown, and the names of the tabs that are left out.

    `live` gives the tables that the reader of each database may read, by the UUID of
    the database; a database that is not in it cannot be reached. Optional datasets
    without their tables are left out, and with them their charts and filters, tabs that
    `need` them or have no chart left, and dashboards without a tab. Any other missing
    table stays in, as a fault for `checks` to find.
    """
    missing = {
        uuid
        for uuid, dataset in bundle.datasets.items()
        if _waits_for_tables(dataset, bundle, live)
    }
    if not missing:
        return bundle, []
    tables = {bundle.datasets[uuid].content["table_name"] for uuid in missing}
    charts = {
        uuid: chart
        for uuid, chart in bundle.charts.items()
        if str(chart.content["dataset_uuid"]) not in missing
    }
    dashboards, left_out = {}, []
    for uuid, dashboard in bundle.dashboards.items():
        kept = _dashboard_without(dashboard, missing, tables, set(charts))
        if kept.content["tabs"]:
            dashboards[uuid] = kept
        kept_titles = {tab["title"] for tab in kept.content["tabs"]}
        left_out += [
            f"{dashboard.content['dashboard_title']}: {tab['title']}"
            for tab in dashboard.content["tabs"]
            if tab["title"] not in kept_titles
        ]
    return _only_used(bundle, dashboards, charts), left_out


def _companion_name(content: dict) -> str | None:
    return content.get("sql_file") or content.get("css_file")


def _read(path: Path, file: str, kind: str, faults: list[str]) -> Asset | None:
    """One asset, or None with the reason added to `faults`."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        faults.append(f"{file}: not valid YAML{line}")
        return None
    if not isinstance(content, dict):
        faults.append(f"{file}: expected keys and values, found {content!r:.40}")
        return None
    required, optional = KEYS[kind]
    missing_keys = required - content.keys()
    for key in sorted(missing_keys):
        faults.append(f"{file}: {key}: missing")
    for key in sorted(content.keys() - required - optional):
        faults.append(f"{file}: {key}: unknown key")
    if missing_keys:
        return None
    prefix = f"{NAMESPACE}{KINDS[kind]}-4000-8000-"
    if not str(content["uuid"]).startswith(prefix):
        faults.append(f"{file}: uuid: {content['uuid']} does not begin with {prefix}")
    companion = _companion_name(content)
    if companion is None:
        return Asset(file, content)
    companion_path = path.parent / companion
    if not companion_path.is_file():
        faults.append(f"{file}: there is no file {companion} in its folder")
        return None
    text = companion_path.read_text(encoding="utf-8")
    values = content.get("sql_values")
    if values is None:
        return Asset(file, content, text)
    words = set(Template(text).get_identifiers())
    for word in sorted(words ^ values.keys()):
        place = companion if word in values else "sql_values"
        faults.append(f"{file}: {place}: does not name {word}")
    return Asset(file, content, Template(text).safe_substitute(values))


def _copy_charts_into_every_tab(bundle: Bundle) -> Iterator[str]:
    """Put a copy of each chart under `every_tab` at the head of every tab.

    Superset knows a chart once in a dashboard, so each tab needs a chart of its own.
    The copies send the same query, which is cached once. Yields the faults.
    """
    originals = set()
    for number, dashboard in enumerate(bundle.dashboards.values(), 1):
        every_tab = dashboard.content.get("every_tab") or {}
        for item in every_tab.pop("charts", None) or []:
            uuid = str(item["chart"])
            original = bundle.charts.get(uuid)
            if original is None:
                yield f"{dashboard.file}: every_tab: no chart has {item['chart']}"
                continue
            originals.add(uuid)
            for place, tab in enumerate(dashboard.content["tabs"], 1):
                copy_uuid = original.uuid.replace("-8000-", f"-8{number}{place:02}-")
                file = original.file.replace(".yaml", f"_{number}{place:02}.yaml")
                content = {**original.content, "uuid": copy_uuid}
                bundle.charts[copy_uuid] = Asset(file, content)
                tab["rows"].insert(0, [{**item, "chart": copy_uuid, "at_head": True}])
    for uuid in originals:
        del bundle.charts[uuid]


def _waits_for_tables(dataset: Asset, bundle: Bundle, live: dict[str, Marts]) -> bool:
    """True if a dataset is optional and a table that it reads is not there."""
    content = dataset.content
    database = str(content["database_uuid"])
    is_optional = content.get("optional") or (
        bundle.databases[database].content.get("optional")
    )
    tables = set(content.get("reads") or [content["table_name"]])
    return bool(is_optional) and not tables <= live.get(database, {}).keys()


def _dashboard_without(
    dashboard: Asset, datasets: set[str], tables: set[str], charts: set[str]
) -> Asset:
    """The dashboard without some datasets, of which `tables` holds the names.

    `charts` holds the UUIDs of the charts that are left.
    """
    content = dict(dashboard.content)
    content["tabs"] = [
        {**tab, "rows": rows}
        for tab in dashboard.content["tabs"]
        if tab.get("needs") not in tables
        and (rows := _rows_without(tab["rows"], tables, charts))
    ]
    filters = [
        item
        for item in content.get("filters") or []
        if str(item["dataset_uuid"]) not in datasets
    ]
    names = {item["name"] for item in filters}
    content["filters"] = [
        {**item, "depends_on": [n for n in item.get("depends_on") or [] if n in names]}
        for item in filters
    ]
    content["cross_filters"] = [
        {"from": rule["from"], "to": reached}
        for rule in content.get("cross_filters") or []
        if str(rule["from"]) in charts
        and (reached := [uuid for uuid in rule["to"] if str(uuid) in charts])
    ]
    content["without_rows"] = {
        table: text
        for table, text in (content.get("without_rows") or {}).items()
        if table not in tables
    }
    return Asset(dashboard.file, content, dashboard.companion)


def _rows_without(rows: list, tables: set[str], charts: set[str]) -> list:
    """The rows of a tab that can be shown; none if no chart of its own is left."""

    def is_kept(item: dict) -> bool:
        if "chart" in item:
            return str(item["chart"]) in charts
        return item.get("with") not in tables

    kept = [[item for item in row if is_kept(item)] for row in rows]
    has_own_chart = any(
        "chart" in item and not item.get("at_head") for row in kept for item in row
    )
    return [row for row in kept if row] if has_own_chart else []


def _only_used(
    bundle: Bundle, dashboards: dict[str, Asset], charts: dict[str, Asset]
) -> Bundle:
    """The bundle of these dashboards, with the assets that they use."""
    shown = {uuid for board in dashboards.values() for _, uuid in chart_places(board)}
    charts = {uuid: chart for uuid, chart in charts.items() if uuid in shown}
    used = {str(chart.content["dataset_uuid"]) for chart in charts.values()} | {
        str(item["dataset_uuid"])
        for board in dashboards.values()
        for item in board.content["filters"]
    }
    datasets = {uuid: item for uuid, item in bundle.datasets.items() if uuid in used}
    used = {str(dataset.content["database_uuid"]) for dataset in datasets.values()}
    databases = {uuid: item for uuid, item in bundle.databases.items() if uuid in used}
    return Bundle(databases, datasets, charts, dashboards, bundle.palette)
