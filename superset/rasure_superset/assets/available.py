"""Leave out what the warehouse has no tables for, until it has them.

The marts of a source come into being when it first lands. Datasets and databases that
wait for one say `optional: true`; without their tables they are left out, with their
charts, filters and tabs, and a dashboard that has no tab left. A tab goes when none of
its own charts is left, or when it `needs` a dataset that is left out. Any other missing
table stays a fault of the chain.
"""

from __future__ import annotations

from rasure_superset.assets.bundle import Asset, Bundle
from rasure_superset.assets.checks import Marts


def fitting(bundle: Bundle, live: dict[str, Marts]) -> tuple[Bundle, list[str]]:
    """The part of the bundle that can be shown, and the names of what is left out.

    `live` gives, by database UUID, the tables that its reader may read; a database that
    is not in it cannot be reached.
    """
    gone = {
        uuid
        for uuid, dataset in bundle.datasets.items()
        if _is_gone(dataset, bundle, live)
    }
    if not gone:
        return bundle, []
    charts = {
        uuid: chart
        for uuid, chart in bundle.charts.items()
        if str(chart.content["dataset_uuid"]) not in gone
    }
    boards, left_out = {}, []
    tables = {bundle.datasets[uuid].content["table_name"] for uuid in gone}
    for uuid, board in bundle.dashboards.items():
        kept = _board(board, set(charts), gone, tables)
        if kept.content["tabs"]:
            boards[uuid] = kept
        titles = {tab["title"] for tab in kept.content["tabs"]}
        name = board.content["dashboard_title"]
        left_out += [
            f"{name}: {tab['title']}"
            for tab in board.content["tabs"]
            if tab["title"] not in titles
        ]
    shown = {
        str(item["chart"])
        for board in boards.values()
        for tab in board.content["tabs"]
        for row in tab["rows"]
        for item in row
        if "chart" in item
    }
    charts = {uuid: chart for uuid, chart in charts.items() if uuid in shown}
    used = {str(chart.content["dataset_uuid"]) for chart in charts.values()} | {
        str(item["dataset_uuid"])
        for board in boards.values()
        for item in board.content["filters"]
    }
    datasets = {k: v for k, v in bundle.datasets.items() if k in used}
    used = {str(dataset.content["database_uuid"]) for dataset in datasets.values()}
    databases = {k: v for k, v in bundle.databases.items() if k in used}
    return Bundle(databases, datasets, charts, boards, bundle.palette), left_out


def _is_gone(dataset: Asset, bundle: Bundle, live: dict[str, Marts]) -> bool:
    content = dataset.content
    database = str(content["database_uuid"])
    waits = bundle.databases[database].content.get("optional")
    reads = content.get("reads") or {content["table_name"]: ()}
    there = database in live and set(reads) <= live[database].keys()
    return bool(waits or content.get("optional")) and not there


def _board(board: Asset, charts: set[str], gone: set[str], tables: set[str]) -> Asset:
    """The dashboard without what belongs to the datasets `gone` (named `tables`)."""
    content = dict(board.content)
    content["tabs"] = [
        {**tab, "rows": rows}
        for tab in board.content["tabs"]
        if tab.get("needs") not in tables
        and (rows := _rows(tab["rows"], charts, tables))
    ]
    filters = [
        item
        for item in content.get("filters") or []
        if str(item["dataset_uuid"]) not in gone
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
        table: words
        for table, words in (content.get("without_rows") or {}).items()
        if table not in tables
    }
    return Asset(board.file, content, board.companion)


def _rows(rows: list, charts: set[str], tables: set[str]) -> list:
    """The rows with what can be shown; none where no chart of the tab's own is left."""
    kept = [
        [
            item
            for item in row
            if (
                str(item["chart"]) in charts
                if "chart" in item
                else item.get("with") not in tables
            )
        ]
        for row in rows
    ]
    own = [item for row in kept for item in row if "chart" in item]
    return (
        [row for row in kept if row] if any(not i.get("at_head") for i in own) else []
    )
