"""What `rasure places zones` prints."""

from __future__ import annotations

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from rasure.places.report import number
from rasure.places.zones.designated import ZoneSet
from rasure.places.zones.evaluating import ZoneEvaluation

TITLES = {
    "patrol_zones": "patrol zones",
    "hexagons": "hexagons",
    "hexagons_same_area": "hexagons of the same ground",
}


def zone_set_row(found: ZoneSet) -> dict:
    """A set of zones as JSON tells it."""
    return {
        "designation_id": found.designation_id,
        "force": found.force,
        "patrol_window": found.patrol_window,
        "is_new": found.is_new,
        "area_km2": found.area_km2,
        "events": sum(zone.events for zone in found.zones),
        "events_total": found.events_total,
        "zones": [
            {
                "zone_id": zone.zone_id,
                "zone_name": zone.zone_name,
                "hot_spot_id": zone.hot_spot_id,
                "links": len(zone.links),
                "length_m": zone.length_m,
                "walk_minutes": zone.walk_minutes,
                "events": zone.events,
                "score": zone.score,
                "area_km2": zone.area_km2,
            }
            for zone in found.zones
        ],
    }


def show_zones(found: ZoneSet, console: Console, most: int) -> None:
    """Print the zones, the hottest first."""
    held = sum(zone.events for zone in found.zones)
    console.print(
        f"{found.designation_id}: {len(found.zones):,} patrol zones, "
        f"{found.area_km2:.2f} km2, {held:,} of {found.events_total:,} crimes on their "
        "streets (drawn on these: only `rasure places zones evaluate` says how well "
        f"they hold). {'Kept.' if found.is_new else 'Nothing changed.'}"
    )
    table = Table(box=SIMPLE)
    for title in ("zone", "metres", "minutes", "crimes", "per km2"):
        table.add_column(title, justify="left" if title == "zone" else "right")
    for zone in found.zones[:most]:
        table.add_row(
            zone.zone_name,
            f"{zone.length_m:,.0f}",
            f"{zone.walk_minutes:.0f}",
            f"{zone.events:,}",
            f"{zone.events / zone.area_km2:,.0f}",
        )
    console.print(table)
    if len(found.zones) > most:
        console.print(f"and {len(found.zones) - most:,} more.")


def show_evaluation(evaluation: ZoneEvaluation, console: Console) -> None:
    """Print crimes per km2 of each unit of place, in sample and on the hold-out."""
    first = evaluation.rows[0]
    console.print(
        f"{evaluation.force}, {evaluation.patrol_window}: {first['zones']:,} zones, "
        f"{first['zones_length_km']:.1f} km of street. Chosen on {evaluation.train}, "
        f"{first['events_train']:,} crimes; held out {evaluation.test}, "
        f"{first['events_test']:,} crimes."
    )
    table = Table(box=SIMPLE)
    titles = ("unit of place", "period", "km2", "crimes", "hit rate", "per km2", "PAI")
    for title in (*titles, "over hexagons"):
        left = title in ("unit of place", "period")
        table.add_column(title, justify="left" if left else "right")
    for period, title in (("train", "in sample"), ("test", "hold-out")):
        for row in evaluation.rows:
            table.add_row(
                TITLES[row["method"]],
                title,
                f"{row['area_km2']:.2f}",
                f"{row[f'events_captured_{period}']:,}",
                f"{row[f'hit_rate_{period}']:.1%}",
                with_interval(row, f"crimes_per_km2_{period}"),
                number(row[f"pai_{period}"]),
                with_interval(row, f"ratio_to_hexagons_{period}"),
            )
        table.add_section()
    console.print(table)
    console.print(
        "Intervals are of 95%. Less ground catches more per km2: compare zones with "
        "the hexagons of the same ground, and on the hold-out."
    )


def with_interval(row: dict, name: str) -> str:
    """A figure and its interval: `310 (280-340)`."""
    low, high = (number(row[f"{name}_{end}"]) for end in ("low", "high"))
    return f"{number(row[name])} ({low}-{high})"
