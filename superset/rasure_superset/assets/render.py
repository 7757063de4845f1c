"""Write the bundle that Superset imports, from the assets, the settings and the marts.

This module only computes: the same assets, settings and facts give the same bytes. That
is why a second synchronisation changes nothing.

**Layout.** Ids are derived from the place (`TAB-1`, `ROW-1-2`). Widths are twelfths of
the page, heights are in units of 8 pixels. On a phone the dashboard's CSS makes the
page twice as wide as the screen and wraps it: a width of 6 fills the screen, and 2
fills a third of it.

**Filters.** A filter applies to exactly the charts whose dataset has its column, so
nobody keeps lists of charts by hand.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field

import yaml

from rasure_superset.assets.bundle import Asset, Bundle
from rasure_superset.assets.query_contexts import query_context
from rasure_superset.errors import SyncError

VERSION = "1.0.0"
COLUMN_DEFAULTS = {
    "groupby": True,
    "filterable": True,
    "is_dttm": False,
    "is_active": True,
    "expression": None,
    "description": None,
}
METRIC_DEFAULTS = {"d3format": None, "description": None, "warning_text": None}
# Keys of our files that Superset does not know.
OWN_KEYS = ("sql_file", "sql_values", "reads", "optional", "restricted")
BACKGROUND = "BACKGROUND_TRANSPARENT"
OTHER_FORCES_NOTE = (
    '<div class="rasure-note"><b>What follows is there for {} only.</b> '
    "Choose it under Force to see it.</div>"
)


@dataclass(frozen=True)
class Facts:
    """What the marts hold: which are empty, and the values that filters start with.

    `empty` names the marts without rows. `other_forces` lists, for each mart without
    rows of the usual force, the forces that it has rows of. `defaults` gives the values
    that a filter on a column starts with. `single_valued` names the columns with one
    value only.
    """

    empty: set[str] = field(default_factory=set)
    other_forces: dict[str, list[str]] = field(default_factory=dict)
    defaults: dict[str, list[str]] = field(default_factory=dict)
    single_valued: set[str] = field(default_factory=set)

    def starting_values(self, dashboard: Asset, bundle: Bundle) -> dict[str, list[str]]:
        """The values that a dashboard's filters start with, by column.

        A filter on a mart without rows of the usual force starts with the first force
        that the mart has rows of.
        """
        values = dict(self.defaults)
        for item in dashboard.content.get("filters") or []:
            dataset = bundle.datasets[str(item["dataset_uuid"])]
            table = dataset.content["table_name"]
            if item["column"] == "force_name" and table in self.other_forces:
                values["force_name"] = self.other_forces[table][:1]
        return values


def render(bundle: Bundle, settings: dict[str, str], facts: Facts) -> dict[str, str]:
    """The bundle to import: YAML texts by file name.

    `settings` holds the variables that the assets name as `${…}`, such as
    `RASURE_READER_URL`, and `RASURE_TILE_URL`. Raises `SyncError` for one that is not
    set.
    """
    files = {"metadata.yaml": {"version": VERSION, "type": "assets"}}
    shown = set()
    for dashboard in bundle.dashboards.values():
        tabs = tabs_to_show(dashboard, facts, bundle)
        shown |= set(charts_in(tabs))
        files[dashboard.file] = _dashboard(dashboard, tabs, bundle, facts)
    for database in bundle.databases.values():
        files[database.file] = _database(database, settings)
    for dataset in bundle.datasets.values():
        files[dataset.file] = _dataset(dataset)
    for uuid, chart in bundle.charts.items():
        if uuid in shown:
            files[chart.file] = _chart(chart, settings)
    return {name: yaml.safe_dump(content) for name, content in files.items()}


def tabs_to_show(dashboard: Asset, facts: Facts, bundle: Bundle) -> list[dict]:
    """The tabs of a dashboard, with texts in place of charts that have no rows.

    The charts of an empty mart are left out, and the text under `without_rows` takes
    the place of the first of them in a tab. Where a mart has rows of other forces only,
    a note above its charts says so. Both hold only for marts that `without_rows` names.
    """
    texts = dashboard.content.get("without_rows") or {}
    tabs = []
    for tab in dashboard.content["tabs"]:
        rows, explained = [], set()
        for row in tab["rows"]:
            items, notes = [], []
            for item in row:
                table = _table_of(item, bundle)
                is_empty = table in texts and table in facts.empty
                is_elsewhere = table in texts and table in facts.other_forces
                if not is_empty:
                    items.append(item)
                if (is_empty or is_elsewhere) and table not in explained:
                    explained.add(table)
                    text = texts[table]
                    if is_elsewhere:
                        forces = " and ".join(facts.other_forces[table])
                        text = OTHER_FORCES_NOTE.format(html.escape(forces))
                    notes.append({"text": text, "width": 12, "height": 10})
            rows += [[note] for note in notes]
            if items:
                rows.append(items)
        tabs.append({"title": tab["title"], "rows": rows})
    return tabs


def charts_in(tabs: list[dict]) -> list[str]:
    """The UUIDs of the charts in those tabs, in reading order."""
    return [
        str(item["chart"])
        for tab in tabs
        for row in tab["rows"]
        for item in row
        if "chart" in item
    ]


def starting_conditions(
    dashboard: Asset, bundle: Bundle, uuid: str, values: dict[str, list[str]]
) -> list[dict]:
    """The conditions that the filters' starting values put on one chart's query."""
    return [
        {"col": item["column"], "op": "IN", "val": values[item["column"]]}
        for item in dashboard.content.get("filters") or []
        if item["column"] in values and item["column"] in _columns_of(bundle, uuid)
    ]


def _fill_in(text: str, settings: dict[str, str]) -> str:
    """The text with the values of settings in place of `${NAME}`."""

    def value(match: re.Match) -> str:
        name = match[1]
        if not settings.get(name):
            raise SyncError(
                f"The assets need {name}, which is not set in the environment."
            )
        return settings[name]

    return re.sub(r"\$\{(\w+)\}", value, text)


def _database(asset: Asset, settings: dict[str, str]) -> dict:
    content = {k: v for k, v in asset.content.items() if k not in OWN_KEYS}
    allow_upload = content.pop("allow_file_upload", False)
    return {
        **content,
        "sqlalchemy_uri": _fill_in(content["sqlalchemy_uri"], settings),
        "allow_csv_upload": allow_upload,
        "version": VERSION,
        "extra": {},
    }


def _dataset(asset: Asset) -> dict:
    content = {k: v for k, v in asset.content.items() if k not in OWN_KEYS}
    return {
        "main_dttm_col": None,
        "description": None,
        **content,
        "version": VERSION,
        "sql": asset.companion,
        "filter_select_enabled": True,
        "offset": 0,
        "is_managed_externally": True,
        "columns": [{**COLUMN_DEFAULTS, **column} for column in content["columns"]],
        "metrics": [{**METRIC_DEFAULTS, **metric} for metric in content["metrics"]],
    }


def _chart(asset: Asset, settings: dict[str, str]) -> dict:
    content = {"description": None, **asset.content}
    params = {**content["params"], "viz_type": content["viz_type"]}
    if content["viz_type"] == "table":
        # By default Superset shows a text of the data that looks like HTML as HTML.
        params.setdefault("allow_render_html", False)
    if "mapbox_style" in params and settings.get("RASURE_TILE_URL"):
        params["mapbox_style"] = f"tile://{settings['RASURE_TILE_URL']}"
    content["params"] = params
    return {
        "cache_timeout": None,
        **content,
        "version": VERSION,
        "query_context": json.dumps(query_context(content)),
        "is_managed_externally": True,
    }


def _dashboard(asset: Asset, tabs: list[dict], bundle: Bundle, facts: Facts) -> dict:
    content = asset.content
    colours = content.get("colours") or {}
    # The charts are numbered within the file; the import puts the real ids there.
    chart_ids = {uuid: number for number, uuid in enumerate(charts_in(tabs), 1)}
    return {
        "dashboard_title": content["dashboard_title"],
        "description": content.get("description"),
        "slug": content["slug"],
        "uuid": asset.uuid,
        "css": asset.companion,
        "published": True,
        "is_managed_externally": True,
        "version": VERSION,
        "position": _position(asset, tabs, chart_ids, bundle),
        "metadata": {
            "color_scheme": bundle.palette["id"],
            "label_colors": colours,
            "shared_label_colors": sorted(colours),
            "color_scheme_domain": bundle.palette["colors"],
            "map_label_colors": colours,
            "cross_filters_enabled": True,
            "expanded_slices": {},
            "refresh_frequency": 0,
            "timed_refresh_immune_slices": [],
            "default_filters": "{}",
            "filter_bar_orientation": "HORIZONTAL",
            "native_filter_configuration": _native_filters(
                asset, bundle, chart_ids, facts
            ),
            "chart_configuration": _cross_filters(asset, chart_ids),
            "global_chart_configuration": {
                "scope": {"rootPath": [], "excluded": []},
                "chartsInScope": [],
            },
        },
    }


def _position(
    dashboard: Asset, tabs: list[dict], chart_ids: dict[str, int], bundle: Bundle
) -> dict:
    """Superset's tree of components of a dashboard, its `position`."""
    tree = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": []},
        "GRID_ID": {
            "type": "GRID",
            "id": "GRID_ID",
            "children": [],
            "parents": ["ROOT_ID"],
        },
        "HEADER_ID": {
            "type": "HEADER",
            "id": "HEADER_ID",
            "meta": {"text": dashboard.content["dashboard_title"]},
        },
    }
    in_tabs = _add_component(tree, "TABS", "1", ["ROOT_ID"], {})
    bottom = (dashboard.content.get("every_tab") or {}).get("bottom")
    for tab_number, tab in enumerate(tabs, 1):
        title = {"text": tab["title"], "defaultText": tab["title"], "placeholder": ""}
        in_tab = _add_component(tree, "TAB", f"{tab_number}", in_tabs, title)
        rows = [*tab["rows"], *([[{**bottom, "width": 12}]] if bottom else [])]
        for row_number, row in enumerate(rows, 1):
            row_place = f"{tab_number}-{row_number}"
            background = {"background": BACKGROUND}
            in_row = _add_component(tree, "ROW", row_place, in_tab, background)
            for item_number, item in enumerate(row, 1):
                place = f"{row_place}-{item_number}"
                size = {"width": item["width"], "height": item["height"]}
                if "chart" in item:
                    uuid = str(item["chart"])
                    meta = {
                        **size,
                        "chartId": chart_ids[uuid],
                        "sliceName": bundle.charts[uuid].content["slice_name"],
                        "uuid": uuid,
                    }
                    _add_component(tree, "CHART", place, in_row, meta)
                else:
                    meta = {**size, "code": item["text"], "background": BACKGROUND}
                    _add_component(tree, "MARKDOWN", place, in_row, meta)
    return tree


def _add_component(
    tree: dict, kind: str, place: str, parents: list[str], meta: dict
) -> list[str]:
    """Add one component under the last of `parents`; returns the parents below it."""
    key = f"{kind}-{place}"
    tree[key] = {
        "type": kind,
        "id": key,
        "children": [],
        "parents": parents,
        "meta": meta,
    }
    tree[parents[-1]]["children"].append(key)
    return [*parents, key]


def _native_filters(
    dashboard: Asset, bundle: Bundle, chart_ids: dict[str, int], facts: Facts
) -> list[dict]:
    """Superset's `native_filter_configuration`.

    No filter depends on one whose column has a single value: Superset sends the query
    for the options of a dependent filter three times.
    """
    filters = dashboard.content.get("filters") or []
    values = facts.starting_values(dashboard, bundle)
    with_choice = {
        item["name"] for item in filters if item["column"] not in facts.single_valued
    }
    return [
        {
            "id": _filter_id(item["name"]),
            "type": "NATIVE_FILTER",
            "filterType": "filter_select",
            "name": item["name"],
            "description": item.get("description", ""),
            "targets": [
                {
                    "datasetUuid": str(item["dataset_uuid"]),
                    "column": {"name": item["column"]},
                }
            ],
            "controlValues": {
                "multiSelect": bool(item.get("multiple", True)),
                "enableEmptyFilter": item["column"] in values,
                "defaultToFirstItem": False,
                "inverseSelection": False,
                "searchAllOptions": False,
                "sortAscending": not item.get("newest_first", False),
            },
            "defaultDataMask": _data_mask(item["column"], values.get(item["column"])),
            "cascadeParentIds": [
                _filter_id(name)
                for name in item.get("depends_on") or []
                if name in with_choice
            ],
            "scope": {
                "rootPath": ["ROOT_ID"],
                "excluded": [
                    number
                    for uuid, number in chart_ids.items()
                    if item["column"] not in _columns_of(bundle, uuid)
                ],
            },
        }
        for item in filters
    ]


def _filter_id(name: str) -> str:
    return "NATIVE_FILTER-" + name.lower().replace(" ", "-")


def _data_mask(column: str, values: list[str] | None) -> dict:
    """What a filter starts with: these values, or nothing."""
    if not values:
        return {"extraFormData": {}, "filterState": {}, "ownState": {}}
    return {
        "extraFormData": {"filters": [{"col": column, "op": "IN", "val": values}]},
        "filterState": {"value": values, "label": ", ".join(values)},
        "ownState": {},
    }


def _cross_filters(dashboard: Asset, chart_ids: dict[str, int]) -> dict:
    """Superset's `chart_configuration`: which charts a click on a chart filters."""
    filtered_by = {
        str(rule["from"]): {str(uuid) for uuid in rule["to"]}
        for rule in dashboard.content.get("cross_filters") or []
    }
    configuration = {}
    for uuid, number in chart_ids.items():
        scope = {"rootPath": [], "excluded": []}
        if filtered := filtered_by.get(uuid):
            excluded = [
                other for name, other in chart_ids.items() if name not in filtered
            ]
            scope = {"rootPath": ["ROOT_ID"], "excluded": excluded}
        configuration[str(number)] = {
            "id": number,
            "crossFilters": {"scope": scope, "chartsInScope": []},
        }
    return configuration


def _columns_of(bundle: Bundle, uuid: str) -> set[str]:
    """The columns of the dataset that a chart shows."""
    return bundle.dataset_of(bundle.charts[uuid]).columns


def _table_of(item: dict, bundle: Bundle) -> str | None:
    """The table that an item of a row shows; None if the item is a text."""
    if "chart" not in item:
        return None
    return bundle.table_of(bundle.charts[str(item["chart"])])
