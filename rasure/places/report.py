"""What the commands print: tables to read, and the same figures as JSON."""

from __future__ import annotations

import json
import math

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from rasure.places.evaluation import Evaluation
from rasure.places.metrics import without_nan
from rasure.places.reviews import Review
from rasure.places.stability import Stability
from rasure.places.versions import Designation
from rasure.places.windows import listed
from rasure.places.zones.designated import ZoneSet
from rasure.places.zones.evaluating import ZoneEvaluation

TITLES = {
    "designation": "designation",
    "grid": "grid",
    "free": "free placement",
    "last_period_counts": "last-period counts",
    "all_period_counts": "all-period counts",
    "kde_quartic": "quartic KDE",
}
PAIRED = ("designation", "free")
COLUMNS = {
    "hit_rate": ("hit rate", 100.0, "%"),
    "pai": ("PAI", 1.0, ""),
    "pei_star": ("PEI*", 1.0, ""),
    "recapture_ratio": ("recapture", 1.0, ""),
    "jaccard": ("Jaccard", 1.0, ""),
}


def as_json(values: object) -> str:
    """Values as JSON, not-a-number as null."""
    return json.dumps(without_nan(values), indent=2, default=str, allow_nan=False)


def show_evaluation(evaluation: Evaluation, console: Console) -> None:
    """Print a table (each metric, its interval, its null) and what it means."""
    first = evaluation.rows[0]
    where = "random locations" if evaluation.is_shuffled else "recorded locations"
    if first["jitter_metres"]:
        where += f", each moved within {first['jitter_metres']:g} m"
    shuffles = f" in {first['shuffles']} shuffles" if evaluation.is_shuffled else ""
    console.print(
        f"{evaluation.force}, {where}. Trained on {listed(evaluation.observed_train)}, "
        f"tested on {listed(evaluation.observed_test)}: {first['events_test']:,} "
        f"crimes{shuffles}; every method has the same {first['hexagons']:,} hexagons, "
        f"{first['area_km2']:.2f} km2 or {first['area_percent']:.3f}% of the force."
    )
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("method", no_wrap=True)
    for title, _, _ in COLUMNS.values():
        table.add_column(title, justify="right", no_wrap=True)
    for row in evaluation.rows:
        for title, suffix in ((TITLES[row["method"]], ""), ("  by chance", "_null")):
            values = [value(row, metric, suffix) for metric in COLUMNS]
            ranges = [interval(row, metric, suffix) for metric in COLUMNS]
            table.add_row(title, *values, style="dim" if suffix else "bold")
            table.add_row("", *ranges, style="dim" if suffix else None)
        table.add_section()
    console.print(table)
    for line in in_words(evaluation):
        console.print(line)


def value(row: dict, metric: str, suffix: str) -> str:
    """A figure of a row, with its unit."""
    _, scale, unit = COLUMNS[metric]
    return number(row[f"{metric}{suffix}"] * scale) + unit


def interval(row: dict, metric: str, suffix: str) -> str:
    """The interval of a figure: `92.9-100.4`."""
    scale = COLUMNS[metric][1]
    ends = (row[f"{metric}{suffix}_{end}"] * scale for end in ("low", "high"))
    return "-".join(number(end) for end in ends)


def number(figure: float) -> str:
    """A figure with as many decimals as its size deserves."""
    if not math.isfinite(figure):
        return "none"
    return f"{figure:.{1 if figure >= 10 else 2}f}"


def in_words(evaluation: Evaluation) -> list[str]:
    """The figures as sentences."""
    ours = evaluation.rows[0]
    lines = []
    for row in evaluation.rows:
        title = TITLES[row["method"]]
        title = title[0].upper() + title[1:]
        if not row["is_beyond_chance"]:
            lines.append(f"{title}: no concentration beyond chance.")
        else:
            lines.append(
                f"{title}: {row['events_captured']:,} of "
                f"{row['events_test']:,} crimes fell in its places, {row['pai']:.1f} "
                f"times as many as their area alone would hold."
            )
    for row in evaluation.rows:
        if row["method"] not in PAIRED or not math.isfinite(row["ratio_to_counts"]):
            continue
        title = TITLES[row["method"]]
        lines.append(
            f"{title[0].upper()}{title[1:]} over the better of the two counts, paired "
            f"on the same crimes: {row['ratio_to_counts']:.3f} "
            f"({row['ratio_to_counts_low']:.3f} to {row['ratio_to_counts_high']:.3f}); "
            f"over the KDE {row['ratio_to_kde']:.3f} ({row['ratio_to_kde_low']:.3f} to "
            f"{row['ratio_to_kde_high']:.3f})."
        )
    lines.append(
        "Intervals are of 95%. Recapture compares the test period with the training "
        "period; with rates that never change it would be "
        f"{ours['recapture_ratio_constant_rate']:.2f} "
        f"({ours['recapture_ratio_constant_rate_low']:.2f} to "
        f"{ours['recapture_ratio_constant_rate_high']:.2f}) for the designation. "
        "Jaccard compares the places with the fullest hexagons of the test period, and "
        "its line of chance is of rates that never change."
    )
    return lines


def designation_row(designation: Designation) -> dict:
    """A designation as a dict, for JSON."""
    return {
        "designation_id": designation.designation_id,
        "force": designation.force,
        "patrol_window": designation.patrol_window,
        "definition_version": designation.definition_version,
        "data_from": designation.data_from.isoformat(),
        "data_to": designation.data_to.isoformat(),
        "valid_from": designation.valid_from.isoformat(),
        "coverage_percent": designation.coverage_percent,
        "area_percent": designation.area_percent,
        "area_km2": designation.area_km2,
        "hexagons": len(designation.hexagons),
        "hexagons_not_persistent": designation.not_persistent,
        "crimes_captured": designation.crimes_captured,
        "crimes_total": designation.crimes_total,
        "hexagons_rejected": len(designation.rejected),
        "is_new": designation.is_new,
        "hot_spots": [
            {
                "hot_spot_id": spot.hot_spot_id,
                "hot_spot_name": spot.hot_spot_name,
                "hexagons": len(spot.hexagon_ids),
                "area_km2": spot.area_km2,
                "crimes": spot.crimes,
                "share_at_one_location": spot.share_at_one_location,
            }
            for spot in designation.hot_spots
        ],
    }


def show_designation(designation: Designation, console: Console, most: int) -> None:
    """Print what was designated, the hottest hot spots first."""
    console.print(
        f"{designation.designation_id}: {len(designation.hexagons):,} hexagons in "
        f"{len(designation.hot_spots):,} hot spots, {designation.area_km2:.2f} km2 or "
        f"{designation.area_percent:.3f}% of the force, valid from "
        f"{designation.valid_from}; {designation.crimes_captured:,} of "
        f"{designation.crimes_total:,} crimes of {designation.data_from:%Y-%m} to "
        f"{designation.data_to:%Y-%m} (chosen on these: only `rasure places evaluate` "
        "says how well it holds)."
    )
    if designation.not_persistent:
        console.print(
            f"{designation.not_persistent:,} of the hexagons are not persistent: too "
            "few places are, so the next hottest fill the area."
        )
    if designation.rejected:
        console.print(
            f"Reviewers keep {len(designation.rejected):,} hotter hexagons out: see "
            f"`rasure places candidates {designation.force}`."
        )
    table = Table()
    for title in ("hot spot", "hexagons", "crimes", "at one location"):
        table.add_column(title, justify="left" if title == "hot spot" else "right")
    for spot in designation.hot_spots[:most]:
        table.add_row(
            spot.hot_spot_name,
            f"{len(spot.hexagon_ids):,}",
            f"{spot.crimes:,}",
            f"{spot.share_at_one_location:.0%}",
        )
    console.print(table)
    if len(designation.hot_spots) > most:
        console.print(f"and {len(designation.hot_spots) - most:,} more.")


def candidate_rows(designation: Designation) -> dict:
    """The candidates as a dict, for JSON, with every review that bears on them."""
    row = designation_row(designation)
    for spot, spot_row in zip(designation.hot_spots, row["hot_spots"], strict=True):
        spot_row["hexagon_ids"] = list(spot.hexagon_ids)
        spot_row["is_accepted"] = designation.is_accepted(spot)
    row["reviews"] = [
        {name: value for name, value in vars(review).items() if name != "ground"}
        for review in designation.reviews
    ]
    return row


def show_candidates(designation: Designation, console: Console) -> None:
    """Print the candidate hot spots, then what reviewers keep out and why."""
    console.print(
        f"{designation.force}, {designation.patrol_window}: "
        f"{len(designation.hot_spots):,} candidates, "
        f"{len(designation.hexagons):,} hexagons, {designation.area_percent:.3f}% of "
        f"the force, crimes of {designation.data_from:%Y-%m} to "
        f"{designation.data_to:%Y-%m}."
    )
    table = Table(box=SIMPLE)
    for title in ("candidate", "id", "hexagons", "crimes", "at one location", "review"):
        table.add_column(title, justify="left" if title in LEFT else "right")
    for spot in designation.hot_spots:
        table.add_row(
            spot.hot_spot_name,
            spot.hot_spot_id,
            f"{len(spot.hexagon_ids):,}",
            f"{spot.crimes:,}",
            f"{spot.share_at_one_location:.0%}",
            "accepted" if designation.is_accepted(spot) else "none",
        )
    console.print(table)
    for review in designation.rejected:
        console.print(kept_out(review))


LEFT = ("candidate", "id", "review")


def kept_out(review: Review) -> str:
    """Why a hexagon is not among the candidates."""
    note = f" ({review.note})" if review.note else ""
    return (
        f"{review.hexagon_id} is kept out until {review.expires_on} by "
        f"{review.reviewer}: {review.reason}{note}."
    )


ZONE_TITLES = {
    "patrol_zones": "patrol zones",
    "hexagons": "hexagons",
    "hexagons_same_area": "hexagons of the same ground",
}


def zone_set_row(zone_set: ZoneSet) -> dict:
    """A set of zones as a dict, for JSON."""
    return {
        "designation_id": zone_set.designation_id,
        "force": zone_set.force,
        "patrol_window": zone_set.patrol_window,
        "is_new": zone_set.is_new,
        "area_km2": zone_set.area_km2,
        "events": sum(zone.events for zone in zone_set.zones),
        "events_total": zone_set.events_total,
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
            for zone in zone_set.zones
        ],
    }


def show_zones(zone_set: ZoneSet, console: Console, most: int) -> None:
    """Print the zones, the hottest first."""
    held = sum(zone.events for zone in zone_set.zones)
    console.print(
        f"{zone_set.designation_id}: {len(zone_set.zones):,} patrol zones, "
        f"{zone_set.area_km2:.2f} km2, {held:,} of {zone_set.events_total:,} crimes on "
        "their streets (drawn on these: only `rasure places zones evaluate` says how "
        f"well they hold). {'Kept.' if zone_set.is_new else 'Nothing changed.'}"
    )
    table = Table(box=SIMPLE)
    for title in ("zone", "metres", "minutes", "crimes", "per km2"):
        table.add_column(title, justify="left" if title == "zone" else "right")
    for zone in zone_set.zones[:most]:
        table.add_row(
            zone.zone_name,
            f"{zone.length_m:,.0f}",
            f"{zone.walk_minutes:.0f}",
            f"{zone.events:,}",
            f"{zone.events / zone.area_km2:,.0f}",
        )
    console.print(table)
    if len(zone_set.zones) > most:
        console.print(f"and {len(zone_set.zones) - most:,} more.")


def show_zone_evaluation(evaluation: ZoneEvaluation, console: Console) -> None:
    """Print crimes per km2 of each unit of place, in sample and on the hold-out."""
    first = evaluation.rows[0]
    console.print(
        f"{evaluation.force}, {evaluation.patrol_window}: {first['zones']:,} zones, "
        f"{first['zones_length_km']:.1f} km of street, in the "
        f"{first['streets_km2']:.1f} km2 that streets are loaded of. "
        f"Chosen on {evaluation.train}, "
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
                ZONE_TITLES[row["method"]],
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


def show_stability(result: Stability, console: Console) -> None:
    """Print the overlap of the halves and of the years, each with its null."""
    (row,) = result.rows
    console.print(
        f"{result.force}, {result.patrol_window}: {row['events']:,} crimes, "
        f"{row['hexagons']:,} hexagons chosen in each period."
    )
    table = Table(box=SIMPLE)
    for title in ("compared", "Jaccard", "constant rates", "percentile"):
        justify = "left" if title == "compared" else "right"
        table.add_column(title, justify=justify, no_wrap=True)
    # Of two years the halves are the years.
    for one in row["years"] if len(row["years"]) == 1 else [row, *row["years"]]:
        table.add_row(
            one["compared"],
            f"{one['jaccard']:.2f}",
            f"{one['jaccard_null']:.2f} ({one['jaccard_null_low']:.2f}-"
            f"{one['jaccard_null_high']:.2f})",
            f"{one['jaccard_percentile']:.0f}",
        )
    console.print(table)
    verdict = "as stable as" if row["jaccard_at_least_null"] else "less stable than"
    console.print(
        f"The hot places are {verdict} rates that never change would make them. "
        f"{row['share_in_most_years']:.0%} of those of the whole history were chosen "
        f"in {row['years_needed']} or more of its {len(row['years']) + 1} years "
        f"(constant rates: {row['share_in_most_years_null']:.0%})."
    )
