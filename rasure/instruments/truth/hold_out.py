"""Score hot places on years that are held out, by the warehouse's own crimes.

Places are chosen on the years before, as they would be published and by counts, from
the crimes that the warehouse has in its scope, where it places them. The oracle, which
nobody can know, takes the cells with the highest true rates of the year to come. All
take the same area and are scored on the same crimes of the warehouse. So a wrong scope
or place costs here what it would cost a patrol.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc

from rasure.instruments.truth.planted import Truth
from rasure.places.choosing import kept_choice
from rasure.places.definition import Definition
from rasure.places.evaluation import DESIGNATION, captured, inside, period_of
from rasure.places.events import Events, Grid, read_events, read_grid
from rasure.places.methods import GRID
from rasure.places.selection import highest
from rasure.places.windows import Window

ORACLE = "oracle"
RIVALS = {  # the keys of the report, and what the designation is compared with
    "pai_over_oracle": ORACLE,
    "pai_over_last_year": "last_period_counts",
    "pai_over_all_counts": "all_period_counts",
}
SHORT_TEST_MONTHS = 3  # of a history of one year


@dataclass(frozen=True)
class HoldOut:
    """How many of the `events` of a test period each way to choose caught, by name."""

    test: Window
    events: int
    caught: dict[str, int]


def hold_outs(
    connection: psycopg.Connection,
    truth: Truth,
    definition: Definition,
    say: Callable[[str], None] = lambda text: None,
) -> list[HoldOut]:
    """Hold out each year of the simulated force that can be; see `held_out_periods`.

    Raises `NoPlaces` for a warehouse without hexagons or crimes in scope to test on.
    """
    grid = read_grid(connection, truth.force)
    events = read_events(connection, grid, definition=definition)
    rates = yearly_rates(truth, grid)
    choice = kept_choice(connection, truth.force, definition)
    published = choice.method if choice else GRID
    least_years = int(definition.least_history_years)
    results = []
    for year, test in held_out_periods(sorted(rates), least_years):
        say(f"places held out: {test}")
        results.append(hold_out(grid, events, rates[year], test, definition, published))
    return results


def hold_out(
    grid: Grid,
    events: Events,
    rates: np.ndarray,
    test: Window,
    definition: Definition,
    published: str = GRID,
) -> HoldOut:
    """Choose on all observed months before `test`, and score on it.

    `events` are the crimes in scope, those at institutions included; `rates` has the
    true rate of each cell in the test period. `published` is the method by which the
    force's hot places are designated.
    """
    train = Window(int(grid.observed.min()), test.first - 1)
    period = period_of(grid, events, train, test, definition)
    ranks = events.where(~events.is_at_institution)
    captures = captured(ranks, events.where(events.is_at_institution), period)
    _, after = period.split(ranks)
    captures.setdefault(DESIGNATION, captures[published])
    caught = {
        name: int(captures[name].test.sum())
        for name in (DESIGNATION, *RIVALS.values())
        if name != ORACLE
    }
    oracle = highest(rates, period.places)
    caught[ORACLE] = int(inside(oracle, after.cell, len(grid.x)).sum())
    return HoldOut(test, len(after.cell), caught)


def ratios(results: list[HoldOut]) -> dict[str, float]:
    """What the designation caught over what each rival caught, by key of the report.

    All test periods together. The areas are the same, so these are the ratios of their
    PAI. A rival that caught nothing gives 0: there is too little to compare.
    """
    caught = {
        name: sum(result.caught[name] for result in results)
        for name in (DESIGNATION, *RIVALS.values())
    }
    return {
        key: caught[DESIGNATION] / caught[rival] if caught[rival] else 0.0
        for key, rival in RIVALS.items()
    }


def yearly_rates(truth: Truth, grid: Grid) -> dict[int, np.ndarray]:
    """The true rate of each cell of the grid, by the number of a year's first month.

    The last year is the one after the history.
    """
    table = truth.tables["cell_rates"]
    cells = pa.array(grid.hexagon_id)
    rates = {}
    for start in pc.unique(table["window_from"]):
        rows = table.filter(pc.equal(table["window_from"], start))
        at = pc.index_in(rows["hexagon_id"].cast(pa.string()), cells)
        is_known = pc.is_valid(at).to_numpy()
        rate = np.zeros(len(cells))
        rate[at.drop_null().to_numpy()] = rows["serious_violence"].to_numpy()[is_known]
        day = start.as_py()
        rates[day.year * 12 + day.month - 1] = rate
    return rates


def held_out_periods(years: list[int], least_years: int) -> list[tuple[int, Window]]:
    """The years to hold out, each as its first month and the months to test on.

    `years` are the first months of the years of the history and of the year after it.
    Each year with `least_years` years before it is held out; of a shorter history only
    the last year, and of a single year its last months.
    """
    periods = [(first, Window(first, after - 1)) for first, after in pairwise(years)]
    if len(periods) == 1:
        ((year, only),) = periods
        return [(year, Window(only.last - SHORT_TEST_MONTHS + 1, only.last))]
    return periods[min(max(least_years, 1), len(periods) - 1) :]
