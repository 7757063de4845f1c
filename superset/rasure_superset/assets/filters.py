"""Native filters and cross-filters, with scopes derived from the datasets' columns.

A filter reaches exactly the charts whose dataset has its column: nobody keeps lists of
excluded charts by hand, and a chart is never told to filter by what it does not know.
"""

from __future__ import annotations

from collections.abc import Collection

from rasure_superset.assets.bundle import Asset, Bundle
from rasure_superset.assets.checks import columns_of


def native_filters(
    dashboard: Asset,
    bundle: Bundle,
    chart_ids: dict[str, int],
    defaults: dict[str, list[str]],
    without_choice: Collection[str] = (),
) -> list[dict]:
    """Superset's `native_filter_configuration`.

    `defaults` gives the chosen values by column, where a filter starts with some. A
    column in `without_choice` has one value alone: no other filter waits for its own,
    since Superset asks for the options of one that waits three times.
    """
    filters = dashboard.content.get("filters") or []
    awaited = {item["name"] for item in filters if item["column"] not in without_choice}
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
                "enableEmptyFilter": item["column"] in defaults,
                "defaultToFirstItem": False,
                "inverseSelection": False,
                "searchAllOptions": False,
                "sortAscending": not item.get("newest_first", False),
            },
            "defaultDataMask": _mask(item["column"], defaults.get(item["column"])),
            "cascadeParentIds": [
                _filter_id(name)
                for name in item.get("depends_on") or []
                if name in awaited
            ],
            "scope": {
                "rootPath": ["ROOT_ID"],
                "excluded": [
                    number
                    for uuid, number in chart_ids.items()
                    if item["column"] not in chart_columns(bundle, uuid)
                ],
            },
        }
        for item in filters
    ]


def cross_filters(dashboard: Asset, chart_ids: dict[str, int]) -> dict:
    """Superset's `chart_configuration`: who filters whom when something is clicked."""
    reach = {
        str(rule["from"]): {str(uuid) for uuid in rule["to"]}
        for rule in dashboard.content.get("cross_filters") or []
    }
    configuration = {}
    for uuid, number in chart_ids.items():
        reached = reach.get(uuid, set())
        scope = {
            "rootPath": ["ROOT_ID"] if reached else [],
            "excluded": [
                other for name, other in chart_ids.items() if name not in reached
            ]
            if reached
            else [],
        }
        configuration[str(number)] = {
            "id": number,
            "crossFilters": {"scope": scope, "chartsInScope": []},
        }
    return configuration


def applied(
    dashboard: Asset, bundle: Bundle, uuid: str, defaults: dict[str, list[str]]
) -> list[dict]:
    """The filters that the dashboard's defaults put on one chart, as query filters."""
    return [
        {"col": item["column"], "op": "IN", "val": defaults[item["column"]]}
        for item in dashboard.content.get("filters") or []
        if item["column"] in defaults and item["column"] in chart_columns(bundle, uuid)
    ]


def chart_columns(bundle: Bundle, uuid: str) -> set[str]:
    """The columns of the dataset that a chart reads."""
    chart = bundle.charts[uuid]
    return columns_of(bundle.datasets[str(chart.content["dataset_uuid"])])


def _filter_id(name: str) -> str:
    return "NATIVE_FILTER-" + name.lower().replace(" ", "-")


def _mask(column: str, values: list[str] | None) -> dict:
    """What a filter starts with: nothing, or the values given."""
    if not values:
        return {"extraFormData": {}, "filterState": {}, "ownState": {}}
    return {
        "extraFormData": {"filters": [{"col": column, "op": "IN", "val": values}]},
        "filterState": {"value": values, "label": ", ".join(values)},
        "ownState": {},
    }
