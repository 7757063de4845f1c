"""Which method suits a force: measured on months before the last hold-out.

A method that moves its hexagons is chosen only where it is sure to beat plain counts.
It is tried month by month: each month is scored on all months before it, and the last
months, on which the figures are reported, are in no trial. Published crimes are moved
to a few points, which flatters a hexagon that can be put right over them; so where the
days are not known either, every crime is first moved at random by some metres.

The choice is kept with the definition that it was made under, and made again only when
that changes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

import numpy as np
import psycopg

from rasure.places import metrics
from rasure.places.choices import definition_id, was_chosen
from rasure.places.definition import Definition
from rasure.places.errors import WindowRejected
from rasure.places.evaluation import (
    Period,
    captured,
    captures_on_grid,
    jittered,
    period_of,
    training_on,
)
from rasure.places.events import Events, Grid, read_events, read_grid
from rasure.places.free import FREE, choose_staffed
from rasure.places.methods import COUNTS, GRID
from rasure.places.windows import Window, listed

LEAST_TRAINING_MONTHS = 3


@dataclass(frozen=True)
class Choice:
    """The method that suits a force, and what the trials showed.

    `ratio_to_counts` is what free placement caught over what the better of the two
    counts did, all trials together, with its paired interval of 95%; the `staffed`
    ratio is that of as many hot spots as a force can staff, over the counts of as many
    cells. `trials` are the months that were scored; none of them is of `kept_out`.
    """

    method: str
    ratio_to_counts: float
    ratio_to_counts_low: float
    ratio_to_counts_high: float
    staffed_ratio_to_counts: float
    staffed_ratio_to_counts_low: float
    staffed_ratio_to_counts_high: float
    events: int
    trials: str
    kept_out: str
    jitter_metres: float

    @property
    def in_words(self) -> str:
        """The choice and its reason, as a sentence."""
        verdict = "is" if self.method == FREE else "is not"
        moved = ""
        if self.jitter_metres:
            moved = f", crimes moved within {self.jitter_metres:g} m"
        return (
            f"Free placement {verdict} sure to catch more than counts. On "
            f"{self.trials}, each month by those before it{moved}, it caught "
            f"{self.ratio_to_counts:.3f} times ({self.ratio_to_counts_low:.3f} to "
            f"{self.ratio_to_counts_high:.3f}) what the better counts did, and "
            f"{self.staffed_ratio_to_counts:.3f} times "
            f"({self.staffed_ratio_to_counts_low:.3f} to "
            f"{self.staffed_ratio_to_counts_high:.3f}) in the hot spots that can be "
            f"staffed. Kept out: {self.kept_out}."
        )


def choose_method(
    grid: Grid,
    events: Events,
    definition: Definition,
    draws: int = 1000,
    seed: int = 1,
) -> Choice:
    """`free` where it is sure to catch more than the better counts, else `grid`.

    It must be sure at the share of the force's area, and in the hot spots that can be
    staffed.

    `events` are those that rank a place, those at institutions included. Raises
    `WindowRejected` for a history without a month to try on.
    """
    definition = replace(definition, by_number=False)
    months = np.unique(grid.observed)
    held = int(definition.choice_hold_out_months)
    trials = months[LEAST_TRAINING_MONTHS : len(months) - held]
    trials = trials[-int(definition.choice_trials) :]
    if not len(trials):
        raise WindowRejected(
            f"To choose a method takes {LEAST_TRAINING_MONTHS + held + 1} observed "
            f"months or more, and the warehouse has {listed(months)}."
        )
    jitter_metres = 0.0 if grid.is_day_dated else definition.choice_jitter_metres
    if jitter_metres:
        rng = np.random.default_rng([seed, 12])
        events = jittered(events, grid, jitter_metres, rng)
    at_share: list[dict[str, np.ndarray]] = []
    staffed: list[dict[str, np.ndarray]] = []
    for month in trials.tolist():
        before = Window(int(months[0]), int(months[months < month][-1]))
        period = period_of(grid, events, before, Window(month, month), definition)
        period = replace(period, recent_months=held)
        at_share.append(inside_places(events, period))
        staffed.append(inside_staffed(events, period))
    ratios = compared(at_share, draws, seed)
    staffed_ratios = compared(staffed, draws, seed)
    is_sure = min(ratios["ratio_to_counts_low"], staffed_ratios["ratio_to_counts_low"])
    return Choice(
        method=FREE if is_sure > 1.0 else GRID,
        **ratios,
        **{f"staffed_{name}": value for name, value in staffed_ratios.items()},
        events=sum(len(one[FREE]) for one in at_share),
        trials=listed(trials),
        kept_out=listed(months[len(months) - held :]),
        jitter_metres=jitter_metres,
    )


def inside_places(events: Events, period: Period) -> dict[str, np.ndarray]:
    """Which test events each method catches at the share of the area, by its name."""
    ranks, at_institutions = (
        events.where(~events.is_at_institution),
        events.where(events.is_at_institution),
    )
    caught = captured(ranks, at_institutions, period)
    return {name: caught[name].test for name in (FREE, *COUNTS)}


def inside_staffed(events: Events, period: Period) -> dict[str, np.ndarray]:
    """Which test events the hot spots that can be staffed catch, and as many cells."""
    before, _ = period.split(events)
    ranks_before, after = period.split(events.where(~events.is_at_institution))
    hexagons = choose_staffed(period.grid, before, period.observed, period.definition)
    period = replace(period, places=max(len(hexagons), 1))
    of_cells = captures_on_grid(training_on(ranks_before, period), after.cell, period)
    caught = {name: of_cells[name].test for name in COUNTS}
    return {FREE: hexagons.holding(after.x, after.y) >= 0} | caught


def compared(
    trials: list[dict[str, np.ndarray]], draws: int, seed: int
) -> dict[str, float]:
    """`ratio_to_counts` of free placement, all trials together, with its interval."""
    inside = {name: np.concatenate([one[name] for one in trials]) for name in trials[0]}
    drawn = metrics.resampled_captures(
        np.column_stack(list(inside.values())), draws, np.random.default_rng([seed, 13])
    )
    return metrics.paired(
        FREE,
        {name: int(one.sum()) for name, one in inside.items()},
        dict(zip(inside, drawn.T, strict=True)),
        rivals={"counts": COUNTS},
    )


def kept_choice(
    connection: psycopg.Connection,
    force: str,
    definition: Definition,
    patrol_window: str = "all",
) -> Choice | None:
    """The choice that was made for a force under this definition, if one was."""
    row = connection.execute(
        "select choice from places.method_choices where force = %s "
        "and patrol_window = %s and definition_id = %s",
        (force, patrol_window, definition_id(definition)),
    ).fetchone()
    return row and Choice(**row[0])


def keep_choice(
    connection: psycopg.Connection,
    force: str,
    definition: Definition,
    choice: Choice,
    patrol_window: str = "all",
) -> None:
    """Keep a choice with its definition; one that is there already stays."""
    connection.execute(
        "insert into places.method_choices "
        "(force, patrol_window, definition_id, method, choice) "
        "values (%s, %s, %s, %s, %s) on conflict do nothing",
        (
            force,
            patrol_window,
            definition_id(definition),
            choice.method,
            json.dumps(asdict(choice)),
        ),
    )


def published_method(
    connection: psycopg.Connection,
    force: str,
    definition: Definition,
    patrol_window: str = "all",
) -> str:
    """The method by which the hot places of a force are published: `grid` or `free`.

    It is `grid` until `rasure places method` has chosen one for the force. A choice
    that was made under another definition is made again, and kept; where the history
    is too short to try the methods, it is the grid. The day and the night are always
    chosen on the grid.
    """
    if patrol_window != "all":
        return GRID
    choice = kept_choice(connection, force, definition)
    if choice is None and was_chosen(connection, force):
        grid = read_grid(connection, force)
        events = read_events(connection, grid, definition=definition)
        try:
            choice = choose_method(grid, events, definition)
        except WindowRejected:
            return GRID
        keep_choice(connection, force, definition, choice)
    return choice.method if choice else GRID


def published_in_words(force: str, method: str, patrol_window: str) -> str:
    """What a choice changes on the pages, as a sentence."""
    if patrol_window != "all":
        return "The hot places of the day and the night are published on the grid."
    if method == GRID:
        return "The hot places are published on the grid."
    return f"`rasure places designate {force}` publishes places that are placed freely."
