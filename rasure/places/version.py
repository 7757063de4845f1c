"""A version of a force's hot places, and the id that its content gives it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta

from rasure.places import reviewing
from rasure.places.hot_spots import HotSpot
from rasure.places.ranking import RankedPlace
from rasure.places.reviewing import Review


@dataclass(frozen=True)
class Designation:
    """One version of a force's hot places; `is_new` when this call published it.

    `reviews` are those in force on its hexagons and on those hotter than its last.
    """

    designation_id: str
    force: str
    definition_version: str
    data_from: date
    data_to: date
    coverage_percent: float
    force_area_km2: float
    crimes_total: int
    hexagons: tuple[RankedPlace, ...]
    hot_spots: tuple[HotSpot, ...]
    parameters: dict[str, float]
    patrol_window: str = "all"
    reviews: tuple[Review, ...] = ()
    is_new: bool = False

    @property
    def valid_from(self) -> date:
        """The day after the last day of the data."""
        return self.data_to + timedelta(days=1)

    @property
    def area_km2(self) -> float:
        """Area of the designated hexagons."""
        return sum(place.area_km2 for place in self.hexagons)

    @property
    def area_percent(self) -> float:
        """Share of the force area that they fill."""
        return 100.0 * self.area_km2 / self.force_area_km2

    @property
    def crimes_captured(self) -> int:
        """Crimes in them over the whole data window: a description, not a score."""
        return sum(place.crimes for place in self.hexagons)

    @property
    def rejected(self) -> tuple[Review, ...]:
        """The reviews that kept a hexagon out."""
        return tuple(
            review for review in self.reviews if review.decision == reviewing.REJECTED
        )

    def is_accepted(self, spot: HotSpot) -> bool:
        """Whether reviewers have accepted every hexagon of a hot spot."""
        accepted = {
            review.hexagon_id
            for review in self.reviews
            if review.decision == reviewing.ACCEPTED
        }
        return set(spot.hexagon_ids) <= accepted

    @property
    def not_persistent(self) -> int:
        """Designated hexagons that only fill what persistent places left over."""
        return sum(not place.is_persistent for place in self.hexagons)


def content_id(
    force: str,
    data_to: date,
    hexagons: tuple[RankedPlace, ...],
    parameters: dict[str, float],
    patrol_window: str = "all",
) -> str:
    """`<force> <YYYY-MM> [<window>] <8 hex digits>`, the digits from the content."""
    content = json.dumps(
        [sorted(place.hexagon_id for place in hexagons), parameters], sort_keys=True
    )
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    window = "" if patrol_window == "all" else f" {patrol_window}"
    return f"{force} {data_to:%Y-%m}{window} {digest}"
