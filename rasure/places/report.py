"""What the commands print: tables to read, and the same figures as JSON."""

from __future__ import annotations

import json
import math

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from rasure.places.evaluate import Evaluation
from rasure.places.version import Designation
from rasure.places.windows import listed

TITLES = {
    "designation": "designation",
    "last_period_counts": "last-period counts",
    "all_period_counts": "all-period counts",
    "kde_quartic": "quartic KDE",
}
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


def without_nan(values: object) -> object:
    """The same values with None for not-a-number and infinity, at any depth."""
    if isinstance(values, dict):
        return {name: without_nan(value) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [without_nan(value) for value in values]
    if isinstance(values, float) and not math.isfinite(values):
        return None
    return values


def show_evaluation(evaluation: Evaluation, console: Console) -> None:
    """Print a table (each metric, its interval, its null) and what it means."""
    first = evaluation.rows[0]
    where = "random locations" if evaluation.is_shuffled else "recorded locations"
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
    if math.isfinite(ours["ratio_to_counts"]):
        lines.append(
            "Designation over the better of the two counts, paired on the same crimes: "
            f"{ours['ratio_to_counts']:.3f} ({ours['ratio_to_counts_low']:.3f} to "
            f"{ours['ratio_to_counts_high']:.3f}); over the KDE "
            f"{ours['ratio_to_kde']:.3f} ({ours['ratio_to_kde_low']:.3f} to "
            f"{ours['ratio_to_kde_high']:.3f})."
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
    """A designation as JSON tells it."""
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
