"""What `rasure places candidates` prints."""

from __future__ import annotations

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from rasure.places import report
from rasure.places.reviewing import Review
from rasure.places.version import Designation


def candidate_rows(designation: Designation) -> dict:
    """The candidates as JSON tells them, with every review that bears on them."""
    row = report.designation_row(designation)
    for spot, told in zip(designation.hot_spots, row["hot_spots"], strict=True):
        told["hexagon_ids"] = list(spot.hexagon_ids)
        told["is_accepted"] = designation.is_accepted(spot)
    row["reviews"] = [vars(review) for review in designation.reviews]
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
