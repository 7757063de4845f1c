"""The query context of a chart: what Superset's chart API needs to run it.

A browser builds the queries of a page itself. The API and the warming of caches need
them stored. These are the browser's own queries, for the few kinds of chart that we
use. An end-to-end test compares the two, because warming another query is no use.
"""

from __future__ import annotations


def query_context(chart: dict, dataset_id: int = 0) -> dict:
    """The query context of a chart's YAML; the import puts the real `dataset_id` in."""
    params = {**chart["params"], "viz_type": chart["viz_type"]}
    params["datasource"] = f"{dataset_id}__table"
    build = {
        "big_number_total": _number,
        "table": _table,
        "echarts_timeseries_bar": _series,
        "echarts_timeseries_line": _series,
        "deck_geojson": _features,
        "heatmap_v2": _heat_map,
    }[chart["viz_type"]]
    return {
        "datasource": {"id": dataset_id, "type": "table"},
        "force": False,
        "queries": [build(params)],
        "form_data": {**params, "result_format": "json", "result_type": "full"},
        "result_format": "json",
        "result_type": "full",
    }


def _base(params: dict) -> dict:
    """The parts that every query of the browser has."""
    return {
        "filters": [
            {
                "col": item["subject"],
                "op": item["operator"],
                "val": item["comparator"],
            }
            for item in params.get("adhoc_filters") or []
        ],
        "extras": {"having": "", "where": ""},
        "applied_time_extras": {},
        "columns": [],
        "annotation_layers": [],
        "row_limit": params.get("row_limit"),
        "series_limit": 0,
        "order_desc": params.get("order_desc", True),
        "group_others_when_limit_reached": False,
        "url_params": {},
        "custom_params": {},
        "custom_form_data": {},
    }


def _number(params: dict) -> dict:
    query = _base(params)
    query.pop("row_limit")
    return {**query, "metrics": [params["metric"]]}


def _features(params: dict) -> dict:
    return {**_base(params), "columns": [params["geojson"]], "metrics": []}


def _heat_map(params: dict) -> dict:
    across, down, metric = params["x_axis"], params["groupby"], params["metric"]
    axis = {
        "columnType": "BASE_AXIS",
        "sqlExpression": across,
        "label": across,
        "expressionType": "SQL",
        "isColumnReference": True,
    }
    return {
        **_base(params),
        "columns": [axis, down],
        "metrics": [metric],
        "orderby": [
            [across, params["sort_x_axis"].endswith("asc")],
            [down, params["sort_y_axis"].endswith("asc")],
        ],
        "post_processing": [{"operation": "rank", "options": {"metric": metric}}],
    }


def _table(params: dict) -> dict:
    query = {**_base(params), "post_processing": [], "time_offsets": []}
    if params["query_mode"] == "raw":
        orders = [order.strip("[]").split(", ") for order in params["order_by_cols"]]
        query["columns"] = params["all_columns"]
        query["orderby"] = [[name.strip('"'), up == "true"] for name, up in orders]
        return query
    sort = params["timeseries_limit_metric"]
    query["columns"] = params["groupby"]
    query["metrics"] = params["metrics"]
    query["series_limit_metric"] = sort
    query["orderby"] = [[sort, not params.get("order_desc", True)]]
    return query


def _series(params: dict) -> dict:
    metrics, axis, groups = params["metrics"], params["x_axis"], params["groupby"]
    names = {metric: {"operator": "mean"} for metric in metrics}
    steps = [
        {
            "operation": "pivot",
            "options": {
                "index": [axis],
                "columns": groups,
                "aggregates": names,
                "drop_missing_columns": False,
            },
        },
    ]
    if len(metrics) == 1 and groups:
        steps.append(
            {
                "operation": "rename",
                "options": {
                    "columns": {metrics[0]: None},
                    "level": 0,
                    "inplace": True,
                },
            }
        )
    if params.get("contributionMode"):
        steps.append(
            {
                "operation": "contribution",
                "options": {
                    "orientation": params["contributionMode"],
                    "time_shifts": [],
                },
            }
        )
    ascending = params.get("x_axis_sort_asc", True)
    if params.get("x_axis_sort") and not groups:
        by_axis = params["x_axis_sort"] == axis
        options = {"is_sort_index": True} if by_axis else {"by": params["x_axis_sort"]}
        steps.append(
            {"operation": "sort", "options": {**options, "ascending": ascending}}
        )
    steps.append({"operation": "flatten"})
    return {
        **_base(params),
        "columns": [
            {
                "columnType": "BASE_AXIS",
                "sqlExpression": axis,
                "label": axis,
                "expressionType": "SQL",
                "isColumnReference": True,
            },
            *groups,
        ],
        "metrics": metrics,
        "orderby": [[metrics[0], False]],
        "series_columns": groups,
        "time_offsets": [],
        "post_processing": steps,
    }
