"""The goal of each figure of the truth report, and its words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """A figure's key, its words, and its largest (`is_limit`) or smallest value."""

    key: str
    words: str
    value: float
    is_limit: bool = False

    def is_met(self, figure: float) -> bool:
        """True if a figure reaches the goal."""
        return figure <= self.value if self.is_limit else figure >= self.value

    def written(self) -> str:
        """The goal in words."""
        return f"{'at most' if self.is_limit else 'at least'} {self.value:g}"


GOALS = (
    Goal("institutions_in_patrol_list", "institutions on a patrol list", 0, True),
    Goal("valid_neighbours_lost", "hot cells beside one that were lost", 0, True),
    Goal("pai_over_oracle", "hold-out PAI over that of the true rates", 0.85),
    Goal("pai_over_last_year", "hold-out PAI over that of last year's counts", 1.05),
    Goal("pai_over_all_counts", "hold-out PAI over that of all counts", 1.0),
    Goal("knife_carriers_precision", "flagged who are knife carriers", 0.98),
    Goal("knife_carriers_recall", "knife carriers who are flagged", 0.90),
    Goal("knife_carriers_by_negative_search", "flagged by a negative search", 0, True),
    Goal("knife_carriers_victim_only", "flagged who were victims only", 0, True),
    Goal("linkage_precision", "pairs of records joined correctly", 0.99),
    Goal("linkage_recall", "pairs of one person that were joined", 0.90),
    Goal("linkage_b3_f", "B-cubed F of the linkage", 0.97),
    Goal("hard_set_precision", "pairs of the hard set joined correctly", 0.995),
    Goal("hard_set_recall", "pairs of the hard set that were joined", 0.93),
    Goal("hard_set_b3_f", "B-cubed F of the hard set", 0.975),
    Goal("harm_total_error", "difference in days of harm, on true ids", 0, True),
    Goal("hot_hours_recall", "planted hot hours that were found", 0.90),
    Goal("hot_hours_overlap", "the force's hours in common with the true", 0.90),
    Goal("knife_text_precision", "texts decided as a knife that tell of one", 0.95),
    Goal("knife_text_recall", "decided texts of a knife that were found", 0.85),
    Goal("knife_text_review", "share of texts left to a person", 0.25, True),
)
