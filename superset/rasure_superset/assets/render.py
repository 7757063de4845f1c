"""Write the bundle that Superset imports from the assets, the settings and the data.

Pure: the same assets, settings and facts give the same bytes, which is what makes a
second synchronisation change nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

import yaml

from rasure_superset.assets.bundle import Asset, Bundle
from rasure_superset.assets.filters import cross_filters, native_filters
from rasure_superset.assets.layout import charts_in, position, tabs_with_rows
from rasure_superset.assets.query_contexts import query_context
from rasure_superset.errors import SyncError

VERSION = "1.0.0"
COLUMN = {
    "groupby": True,
    "filterable": True,
    "is_dttm": False,
    "is_active": True,
    "expression": None,
    "description": None,
}
# Keys that Superset lacks.
OURS = ("sql_file", "sql_values", "reads", "optional", "restricted")
METRIC = {"d3format": None, "description": None, "warning_text": None}


@dataclass(frozen=True)
class Facts:
    """What the marts say: which are empty, and the values the filters start with.

    `elsewhere` names the marts that hold nothing of the force the filter starts with,
    and the forces of which they do; `without_choice` the columns of one value alone,
    for which no other filter need wait.
    """

    empty: set[str] = field(default_factory=set)
    elsewhere: dict[str, list[str]] = field(default_factory=dict)
    defaults: dict[str, list[str]] = field(default_factory=dict)
    without_choice: set[str] = field(default_factory=set)

    def starting(self, dashboard: Asset, bundle: Bundle) -> dict[str, list[str]]:
        """The values that a dashboard's filters start with.

        A filter over a table without rows of the usual force starts with one that it
        has; over a table without rows, with nothing.
        """
        chosen = dict(self.defaults)
        for item in dashboard.content.get("filters") or []:
            dataset = bundle.datasets[str(item["dataset_uuid"])]
            table = dataset.content["table_name"]
            if item["column"] == "force_name" and table in self.elsewhere:
                chosen["force_name"] = self.elsewhere[table][:1]
        return chosen


def render(bundle: Bundle, settings: dict[str, str], facts: Facts) -> dict[str, str]:
    """The import bundle: `{file name: YAML text}`.

    `settings` holds `RASURE_READER_URL` and the like, which the URLs of the assets name
    as `${…}`, and `RASURE_TILE_URL`.
    """

    def fill(text: str) -> str:
        return re.sub(r"\$\{(\w+)\}", lambda found: _setting(settings, found[1]), text)

    files = {"metadata.yaml": {"version": VERSION, "type": "assets"}}
    shown = set()
    for asset in bundle.dashboards.values():
        tabs = tabs_with_rows(asset, facts.empty, facts.elsewhere, bundle)
        shown |= set(charts_in(tabs))
        files[asset.file] = _dashboard(asset, tabs, bundle, facts)
    for asset in bundle.databases.values():
        kept = {k: v for k, v in asset.content.items() if k not in OURS}
        content = {**kept, "version": VERSION, "extra": {}}
        content["sqlalchemy_uri"] = fill(content["sqlalchemy_uri"])
        content["allow_csv_upload"] = content.pop("allow_file_upload", False)
        files[asset.file] = content
    for asset in bundle.datasets.values():
        files[asset.file] = _dataset(asset)
    for uuid, asset in bundle.charts.items():
        if uuid in shown:
            files[asset.file] = _chart(asset, settings)
    return {name: yaml.safe_dump(content) for name, content in files.items()}


def _setting(settings: dict[str, str], name: str) -> str:
    if not settings.get(name):
        raise SyncError(f"The assets need {name}, which is not set in the environment.")
    return settings[name]


def _dataset(asset) -> dict:
    content = {k: v for k, v in asset.content.items() if k not in OURS}
    return {
        "main_dttm_col": None,
        "description": None,
        **content,
        "version": VERSION,
        "sql": asset.companion,
        "filter_select_enabled": True,
        "offset": 0,
        "is_managed_externally": True,
        "columns": [{**COLUMN, **column} for column in content["columns"]],
        "metrics": [{**METRIC, **metric} for metric in content["metrics"]],
    }


def _chart(asset, settings: dict[str, str]) -> dict:
    content = {"description": None, **asset.content}
    params = {**content["params"], "viz_type": content["viz_type"]}
    if "mapbox_style" in params and settings.get("RASURE_TILE_URL"):
        params["mapbox_style"] = f"tile://{settings['RASURE_TILE_URL']}"
    content["params"] = params
    context = query_context(content)
    return {
        "cache_timeout": None,
        **content,
        "version": VERSION,
        "query_context": json.dumps(context),
        "is_managed_externally": True,
    }


def _dashboard(asset, tabs: list[dict], bundle: Bundle, facts: Facts) -> dict:
    content = asset.content
    colours = content.get("colours") or {}
    chart_ids = {uuid: n for n, uuid in enumerate(charts_in(tabs), 1)}
    return {
        "dashboard_title": content["dashboard_title"],
        "description": content.get("description"),
        "slug": content["slug"],
        "uuid": asset.uuid,
        "css": asset.companion,
        "published": True,
        "is_managed_externally": True,
        "version": VERSION,
        "position": position(asset, tabs, chart_ids, bundle),
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
            "native_filter_configuration": native_filters(
                asset,
                bundle,
                chart_ids,
                facts.starting(asset, bundle),
                facts.without_choice,
            ),
            "chart_configuration": cross_filters(asset, chart_ids),
            "global_chart_configuration": {
                "scope": {"rootPath": [], "excluded": []},
                "chartsInScope": [],
            },
        },
    }
