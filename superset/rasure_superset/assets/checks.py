"""Check the whole chain dashboard → chart → dataset → mart before anything is imported.

Superset's import stops linking charts at the first UUID it does not know, and says
nothing; a column that a mart has lost shows as an error on an officer's screen. Here
both are faults that name the file and the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from rasure_superset.assets.bundle import Asset, Bundle
from rasure_superset.errors import AssetFaults

Marts = dict[str, set[str]]


def contracts(models: Path) -> Marts:
    """The columns of each mart by dbt's own YAML: `{table: {column, …}}`."""
    found: Marts = {}
    for path in sorted([*models.glob("**/*.yml"), *models.glob("**/*.yaml")]):
        for model in (yaml.safe_load(path.read_text()) or {}).get("models") or []:
            columns = {column["name"] for column in model.get("columns") or []}
            if columns:
                found[model["name"]] = columns
    return found


def check(bundle: Bundle, marts: Marts | None = None, origin: str = "the marts"):
    """Raise `AssetFaults` with every broken link of the chain.

    `marts` gives the columns of each mart (from dbt's contracts or from the live
    database, named by `origin` in the messages); without it that link is not checked.
    """
    faults = [
        *_links(bundle),
        *_unused(bundle),
        *_charts(bundle),
        *_filters(bundle),
        *_expressions(bundle),
    ]
    if marts is not None:
        faults += _marts(bundle, marts, origin)
    if faults:
        raise AssetFaults(faults)


def chart_places(dashboard: Asset) -> list[tuple[str, str]]:
    """Every chart that the dashboard's tabs place: (where, UUID)."""
    return [
        (f"tabs: {tab['title']}", str(item["chart"]))
        for tab in dashboard.content["tabs"]
        for row in tab["rows"]
        for item in row
        if "chart" in item
    ]


def references(chart: Asset) -> tuple[set[str], set[str]]:
    """The columns and the saved metrics that a chart's params name."""
    params = chart.content["params"]
    groups = params.get("groupby") or []  # one text in a heat map, else a list
    columns = {groups} if isinstance(groups, str) else set(groups)
    columns |= set(params.get("all_columns") or [])
    columns |= {params[key] for key in ("x_axis", "geojson") if params.get(key)}
    for order in params.get("order_by_cols") or []:
        columns.add(re.match(r'\["([^"]+)"', order).group(1))
    for condition in params.get("adhoc_filters") or []:
        columns.add(condition["subject"])
    metrics = [params.get("metric"), params.get("timeseries_limit_metric")]
    metrics += params.get("metrics") or []
    saved = {metric for metric in metrics if isinstance(metric, str)}
    sort = params.get("x_axis_sort")
    if sort and sort not in columns:
        saved.add(sort)
    return columns, saved


def _links(bundle: Bundle) -> Iterator[str]:
    for dataset in bundle.datasets.values():
        uuid = str(dataset.content["database_uuid"])
        if uuid not in bundle.databases:
            yield f"{dataset.file}: database_uuid: no database has {uuid}"
    for chart in bundle.charts.values():
        uuid = str(chart.content["dataset_uuid"])
        if uuid not in bundle.datasets:
            yield f"{chart.file}: dataset_uuid: no dataset has {uuid}"
    for dashboard in bundle.dashboards.values():
        seen = set()
        for where, uuid in chart_places(dashboard):
            if uuid not in bundle.charts:
                yield f"{dashboard.file}: {where}: no chart has {uuid}"
            if uuid in seen:
                yield f"{dashboard.file}: {where}: {uuid} is placed twice"
            seen.add(uuid)
        for rule in dashboard.content.get("cross_filters") or []:
            for uuid in [rule["from"], *rule["to"]]:
                if str(uuid) not in seen:
                    yield f"{dashboard.file}: cross_filters: {uuid} is on no tab"
        names = {item.content["table_name"] for item in bundle.datasets.values()}
        for table in dashboard.content.get("without_rows") or {}:
            if table not in names:
                yield f"{dashboard.file}: without_rows: no dataset is named {table}"


def _unused(bundle: Bundle) -> Iterator[str]:
    boards = bundle.dashboards.values()
    placed = {uuid for board in boards for _, uuid in chart_places(board)}
    for uuid, chart in bundle.charts.items():
        if uuid not in placed:
            yield f"{chart.file}: uuid: no dashboard shows this chart"
    used = {str(chart.content["dataset_uuid"]) for chart in bundle.charts.values()}
    for board in boards:
        filters = board.content.get("filters") or []
        used |= {str(item["dataset_uuid"]) for item in filters}
    for uuid, dataset in bundle.datasets.items():
        if uuid not in used:
            yield f"{dataset.file}: uuid: no chart and no filter uses this dataset"
    used = {str(item.content["database_uuid"]) for item in bundle.datasets.values()}
    for uuid, database in bundle.databases.items():
        if uuid not in used:
            yield f"{database.file}: uuid: no dataset uses this database"


def columns_of(dataset: Asset) -> set[str]:
    """The names of a dataset's columns, those with an expression too."""
    return {column["column_name"] for column in dataset.content["columns"]}


def _charts(bundle: Bundle) -> Iterator[str]:
    for chart in bundle.charts.values():
        dataset = bundle.datasets.get(str(chart.content["dataset_uuid"]))
        if dataset is None:
            continue
        columns, metrics = references(chart)
        for name in sorted(columns - columns_of(dataset)):
            yield f"{chart.file}: params: {dataset.file} has no column {name}"
        known = {metric["metric_name"] for metric in dataset.content["metrics"]}
        for name in sorted(metrics - known):
            yield f"{chart.file}: params: {dataset.file} has no metric {name}"


def _filters(bundle: Bundle) -> Iterator[str]:
    for dashboard in bundle.dashboards.values():
        filters = dashboard.content.get("filters") or []
        names = {item["name"] for item in filters}
        for item in filters:
            key = f"{dashboard.file}: filters: {item['name']}"
            dataset = bundle.datasets.get(str(item["dataset_uuid"]))
            if dataset is None:
                yield f"{key}: no dataset has {item['dataset_uuid']}"
            elif item["column"] not in columns_of(dataset):
                yield f"{key}: {dataset.file} has no column {item['column']}"
            for parent in set(item.get("depends_on") or []) - names:
                yield f"{key}: depends_on: no filter is named {parent}"


def _identifiers(expression: str) -> set[str]:
    """Column names in an expression: keywords are upper case, casts and texts out."""
    plain = re.sub(r"'[^']*'|::\w+", " ", expression)
    return set(re.findall(r"\b([a-z_][a-z0-9_]*)\b(?!\s*\()", plain))


def _expressions(bundle: Bundle) -> Iterator[str]:
    for dataset in bundle.datasets.values():
        items = [
            ("metrics", item["metric_name"], item["expression"])
            for item in dataset.content["metrics"]
        ]
        items += [
            ("columns", item["column_name"], item["expression"])
            for item in dataset.content["columns"]
            if "expression" in item
        ]
        for key, name, expression in items:
            for missing in sorted(_identifiers(expression) - columns_of(dataset)):
                yield f"{dataset.file}: {key}: {name}: no column {missing}"


def _marts(bundle: Bundle, marts: Marts, origin: str) -> Iterator[str]:
    for dataset in bundle.datasets.values():
        reads = dataset.content.get("reads")
        if reads is None:
            stored = {
                column["column_name"]
                for column in dataset.content["columns"]
                if "expression" not in column
            }
            reads = {dataset.content["table_name"]: stored}
        elif set(re.findall(r"\bmarts(?:_people)?\.(\w+)", dataset.companion)) != set(
            reads
        ):
            yield f"{dataset.file}: reads: not the marts that its SQL reads"
        for table, columns in reads.items():
            if table not in marts:
                yield f"{dataset.file}: table_name: {origin} have no {table}"
                continue
            for name in sorted(set(columns) - marts[table]):
                yield f"{dataset.file}: columns: {origin} have no {table}.{name}"
