"""Turn a dashboard's tabs and rows into the component tree that Superset stores.

The ids are derived from the place (`TAB-1`, `ROW-1-2`), so that the same file always
gives the same tree. Widths are in twelfths of the page, heights in units of 8 pixels.

Widths are chosen for the phone too: there the dashboard's CSS lays the page out twice
as wide as the screen and wraps it, so that a 6 fills the screen and a 2 a third of it.
"""

from __future__ import annotations

from rasure_superset.assets.bundle import Asset, Bundle

BACKGROUND = "BACKGROUND_TRANSPARENT"
OTHER_FORCES = (
    '<div class="rasure-note"><b>What follows is there for {} only.</b> '
    "Choose it under Force to see it.</div>"
)


def tabs_with_rows(
    dashboard: Asset, empty: set[str], elsewhere: dict[str, list[str]], bundle: Bundle
) -> list[dict]:
    """The tabs to show when the marts named in `empty` hold no rows.

    A chart of an empty mart is left out; the first one of each such mart in a tab gives
    way to the dashboard's plain text, so that a tab never shows an empty chart. Where a
    mart has rows of other forces only (`elsewhere`), a text above its charts says so.
    """
    texts = dashboard.content.get("without_rows") or {}
    result = []
    for tab in dashboard.content["tabs"]:
        rows, said = [], set()
        for row in tab["rows"]:
            items, above = [], []
            for item in row:
                table = _table_of(item, bundle)
                missing = table in texts and (table in empty or table in elsewhere)
                if table not in empty or not missing:
                    items.append(item)
                if missing and table not in said:
                    said.add(table)
                    words = (
                        OTHER_FORCES.format(" and ".join(elsewhere[table]))
                        if table in elsewhere
                        else texts[table]
                    )
                    above.append({"text": words, "width": 12, "height": 10})
            rows += [[text] for text in above] + ([items] if items else [])
        result.append({"title": tab["title"], "rows": rows})
    return result


def charts_in(tabs: list[dict]) -> list[str]:
    """The UUIDs of the charts in those tabs, in reading order."""
    return [
        str(item["chart"])
        for tab in tabs
        for row in tab["rows"]
        for item in row
        if "chart" in item
    ]


def position(
    dashboard: Asset, tabs: list[dict], chart_ids: dict[str, int], bundle: Bundle
) -> dict:
    """Superset's `position` of the dashboard.

    `chart_ids` numbers the charts within the file; the import puts the real ids there.
    """
    tree = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["TABS-1"]},
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
    _add(tree, "TABS", "TABS-1", ["ROOT_ID"], {})
    around = dashboard.content.get("every_tab") or {}
    for number, tab in enumerate(tabs, 1):
        tab_id = f"TAB-{number}"
        meta = {"text": tab["title"], "defaultText": tab["title"], "placeholder": ""}
        parents = _add(tree, "TAB", tab_id, ["ROOT_ID", "TABS-1"], meta)
        below = around.get("bottom")
        rows = tab["rows"] + ([[{**below, "width": 12}]] if below else [])
        for line, row in enumerate(rows, 1):
            row_id = f"ROW-{number}-{line}"
            inside = _add(tree, "ROW", row_id, parents, {"background": BACKGROUND})
            for place, item in enumerate(row, 1):
                suffix = f"{number}-{line}-{place}"
                size = {"width": item["width"], "height": item["height"]}
                if "chart" in item:
                    uuid = str(item["chart"])
                    chart = bundle.charts[uuid]
                    meta = {
                        **size,
                        "chartId": chart_ids[uuid],
                        "sliceName": chart.content["slice_name"],
                        "uuid": uuid,
                    }
                    _add(tree, "CHART", f"CHART-{suffix}", inside, meta)
                else:
                    meta = {
                        **size,
                        "code": item["text"],
                        "background": BACKGROUND,
                    }
                    _add(tree, "MARKDOWN", f"MARKDOWN-{suffix}", inside, meta)
    return tree


def _add(tree: dict, kind: str, key: str, parents: list[str], meta: dict) -> list[str]:
    """Put one component under the last of `parents`; returns the parents below it."""
    tree[key] = {
        "type": kind,
        "id": key,
        "children": [],
        "parents": parents,
        "meta": meta,
    }
    children = tree[parents[-1]]["children"]
    if key not in children:
        children.append(key)
    return [*parents, key]


def _table_of(item: dict, bundle: Bundle) -> str | None:
    """The mart that a chart of the layout shows; None for a text."""
    return (
        bundle.table_of(bundle.charts[str(item["chart"])]) if "chart" in item else None
    )
