"""Check the links dashboard → chart → dataset → mart before anything is imported.

Superset's import stops linking charts at the first UUID that it does not know, without
an error. A column that a mart no longer has shows as an error on an officer's screen.
Here both are faults that name the file and the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from rasure_superset.assets.bundle import Asset, Bundle, Marts, chart_places
from rasure_superset.errors import AssetFaults


def contracts(models: Path) -> Marts:
    """The columns of each mart in the YAML files of dbt, by the mart's name."""
    marts: Marts = {}
    for path in sorted([*models.glob("**/*.yml"), *models.glob("**/*.yaml")]):
        for model in (yaml.safe_load(path.read_text()) or {}).get("models") or []:
            columns = {column["name"] for column in model.get("columns") or []}
            if columns:
                marts[model["name"]] = columns
    return marts


def check(
    bundle: Bundle, marts: Marts | None = None, origin: str = "the marts"
) -> None:
    """Raise `AssetFaults` with every broken link.

    `marts` gives the columns of each mart, from dbt's contracts or from the database;
    `origin` names which in the messages. Without `marts`, the links from datasets to
    marts are not checked.
    """
    faults = [
        *_faults_of_references(bundle),
        *_unused_assets(bundle),
        *_faults_of_charts(bundle),
        *_faults_of_filters(bundle),
        *_faults_of_expressions(bundle),
    ]
    if marts is not None:
        faults += _faults_of_marts(bundle, marts, origin)
    if faults:
        raise AssetFaults(faults)


def names_in_params(chart: Asset) -> tuple[set[str], set[str]]:
    """The columns and the saved metrics that the params of a chart name."""
    params = chart.content["params"]
    groups = params.get("groupby") or []  # a text in a heat map, otherwise a list
    columns = {groups} if isinstance(groups, str) else set(groups)
    columns |= set(params.get("all_columns") or [])
    columns |= {params[key] for key in ("x_axis", "geojson") if params.get(key)}
    for order in params.get("order_by_cols") or []:
        columns.add(re.match(r'\["([^"]+)"', order).group(1))
    for condition in params.get("adhoc_filters") or []:
        columns.add(condition["subject"])
    metrics = [params.get("metric"), params.get("timeseries_limit_metric")]
    metrics += params.get("metrics") or []
    saved_metrics = {metric for metric in metrics if isinstance(metric, str)}
    sort = params.get("x_axis_sort")
    if sort and sort not in columns:
        saved_metrics.add(sort)
    return columns, saved_metrics


def _faults_of_references(bundle: Bundle) -> Iterator[str]:
    for dataset in bundle.datasets.values():
        uuid = str(dataset.content["database_uuid"])
        if uuid not in bundle.databases:
            yield f"{dataset.file}: database_uuid: no database has {uuid}"
    for chart in bundle.charts.values():
        uuid = str(chart.content["dataset_uuid"])
        if uuid not in bundle.datasets:
            yield f"{chart.file}: dataset_uuid: no dataset has {uuid}"
    tables = {dataset.content["table_name"] for dataset in bundle.datasets.values()}
    for dashboard in bundle.dashboards.values():
        placed = set()
        for place, uuid in chart_places(dashboard):
            if uuid not in bundle.charts:
                yield f"{dashboard.file}: {place}: no chart has {uuid}"
            if uuid in placed:
                yield f"{dashboard.file}: {place}: {uuid} is placed twice"
            placed.add(uuid)
        for rule in dashboard.content.get("cross_filters") or []:
            for uuid in [rule["from"], *rule["to"]]:
                if str(uuid) not in placed:
                    yield f"{dashboard.file}: cross_filters: {uuid} is on no tab"
        for table in dashboard.content.get("without_rows") or {}:
            if table not in tables:
                yield f"{dashboard.file}: without_rows: no dataset is named {table}"


def _unused_assets(bundle: Bundle) -> Iterator[str]:
    dashboards = bundle.dashboards.values()
    placed = {uuid for board in dashboards for _, uuid in chart_places(board)}
    for uuid, chart in bundle.charts.items():
        if uuid not in placed:
            yield f"{chart.file}: uuid: no dashboard shows this chart"
    used = {str(chart.content["dataset_uuid"]) for chart in bundle.charts.values()}
    for dashboard in dashboards:
        filters = dashboard.content.get("filters") or []
        used |= {str(item["dataset_uuid"]) for item in filters}
    for uuid, dataset in bundle.datasets.items():
        if uuid not in used:
            yield f"{dataset.file}: uuid: no chart and no filter uses this dataset"
    used = {str(item.content["database_uuid"]) for item in bundle.datasets.values()}
    for uuid, database in bundle.databases.items():
        if uuid not in used:
            yield f"{database.file}: uuid: no dataset uses this database"


def _faults_of_charts(bundle: Bundle) -> Iterator[str]:
    for chart in bundle.charts.values():
        dataset = bundle.datasets.get(str(chart.content["dataset_uuid"]))
        if dataset is None:
            continue
        columns, metrics = names_in_params(chart)
        for name in sorted(columns - dataset.columns):
            yield f"{chart.file}: params: {dataset.file} has no column {name}"
        saved = {metric["metric_name"] for metric in dataset.content["metrics"]}
        for name in sorted(metrics - saved):
            yield f"{chart.file}: params: {dataset.file} has no metric {name}"


def _faults_of_filters(bundle: Bundle) -> Iterator[str]:
    for dashboard in bundle.dashboards.values():
        filters = dashboard.content.get("filters") or []
        names = {item["name"] for item in filters}
        for item in filters:
            key = f"{dashboard.file}: filters: {item['name']}"
            dataset = bundle.datasets.get(str(item["dataset_uuid"]))
            if dataset is None:
                yield f"{key}: no dataset has {item['dataset_uuid']}"
            elif item["column"] not in dataset.columns:
                yield f"{key}: {dataset.file} has no column {item['column']}"
            for parent in set(item.get("depends_on") or []) - names:
                yield f"{key}: depends_on: no filter is named {parent}"


def _faults_of_expressions(bundle: Bundle) -> Iterator[str]:
    for dataset in bundle.datasets.values():
        expressions = [
            ("metrics", metric["metric_name"], metric["expression"])
            for metric in dataset.content["metrics"]
        ]
        expressions += [
            ("columns", column["column_name"], column["expression"])
            for column in dataset.content["columns"]
            if "expression" in column
        ]
        for key, name, expression in expressions:
            for missing in sorted(_columns_in(expression) - dataset.columns):
                yield f"{dataset.file}: {key}: {name}: no column {missing}"


def _columns_in(expression: str) -> set[str]:
    """The columns that an SQL expression names.

    Our expressions have columns in lower case and keywords in upper case; texts, casts
    and functions are left out.
    """
    without_texts = re.sub(r"'[^']*'|::\w+", " ", expression)
    return set(re.findall(r"\b([a-z_][a-z0-9_]*)\b(?!\s*\()", without_texts))


def _faults_of_marts(bundle: Bundle, marts: Marts, origin: str) -> Iterator[str]:
    for dataset in bundle.datasets.values():
        columns_by_table = dataset.content.get("reads")
        if columns_by_table is None:
            stored_columns = {
                column["column_name"]
                for column in dataset.content["columns"]
                if "expression" not in column
            }
            columns_by_table = {dataset.content["table_name"]: stored_columns}
        elif _tables_in(dataset.companion) != set(columns_by_table):
            yield f"{dataset.file}: reads: not the marts that its SQL reads"
        for table, columns in columns_by_table.items():
            if table not in marts:
                yield f"{dataset.file}: table_name: {origin} have no {table}"
                continue
            for name in sorted(set(columns) - marts[table]):
                yield f"{dataset.file}: columns: {origin} have no {table}.{name}"


def _tables_in(sql: str) -> set[str]:
    return set(re.findall(r"\bmarts(?:_people)?\.(\w+)", sql))
