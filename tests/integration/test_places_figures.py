"""One home for each figure: what a home sets moves all that is computed with it."""

from __future__ import annotations

import numpy as np
import pytest

from rasure.places import designate
from rasure.places.errors import DefinitionRejected
from rasure.places.plan.facts import read_plan
from rasure.places.selection import simulated_weights
from rasure.settings import Settings
from rasure.transform import pipeline
from tests import contracts
from tests.integration.transform_fixtures import (
    FORCE,
    Row,
    build_ground,
    crime_id,
    deliver,
)


def crimes(first: int, number: int, east: float) -> list[Row]:
    """So many crimes on one spot of the made-up ground."""
    return [Row(crime_id(first + step), east=east) for step in range(number)]


def hottest(connection) -> tuple[str, str, str]:
    """The hexagon that leads the map, the designation and the plan of rank 1."""
    designation = designate(connection, FORCE)
    pipeline.run(("marts",))
    (on_map,) = connection.execute(
        "select hexagon_id from marts.hot_places where rank = 1"
    ).fetchone()
    plan = read_plan(connection, FORCE, "1")
    return on_map, designation.hexagons[0].hexagon_id, plan.hexagon_id


def test_a_half_life_of_the_home_moves_map_designation_and_plan(connection) -> None:
    # Twelve crimes two years ago count 6 with a half-life of 24 months, 3 with one of
    # 12; five of the last month count 5.
    build_ground(connection)
    deliver(
        connection,
        {
            ("2022-01", "street"): crimes(0, 12, east=300),
            ("2024-01", "street"): crimes(20, 5, east=1300),
        },
    )
    pipeline.run()
    (before,) = set(hottest(connection))
    home = Settings.load().home
    settings = home / "settings.toml"
    kept = settings.read_text() if settings.exists() else ""
    settings.write_text(f"{kept}\n[places]\nhalf_life_months = 12\n")
    with pytest.raises(DefinitionRejected, match=r"is 12.0, .* 24.0. Run `rasure tra"):
        designate(connection, FORCE)
    pipeline.run()
    (after,) = set(hottest(connection))
    assert after != before
    scores = connection.execute(
        "select crimes, score from core.place_scores order by crimes"
    ).fetchall()
    harm = 195.93**0.25
    assert [crimes for crimes, _ in scores] == [5, 12]
    assert scores[0][1] / 5 == pytest.approx(4 * scores[1][1] / 12)
    assert scores[0][1] == pytest.approx(5 * harm)


def test_simulated_crimes_weigh_in_the_proportions_of_those_in_a_warehouse(
    connection,
) -> None:
    harm_days = np.array([5475.0, 19.0, 1.0, 0.0, 195.93])
    month = np.array([2010, 2019, 2020, 2024, 2026]) * 12 + np.array([0, 11, 0, 6, 3])
    ours = simulated_weights(harm_days, month, 18.0, 0.5)
    weight = contracts.macro(
        "score_weight", "harm_days", "month", half_life_months=18, harm_power=0.5
    )
    rows = connection.execute(
        f"select {weight} from unnest(%s::float[], %s::int[]) as crimes (harm_days, at)"
        " cross join lateral make_date(at / 12, at %% 12 + 1, 1) as month",
        (harm_days.tolist(), month.tolist()),
    )
    theirs = np.array([float(one) for (one,) in rows])
    assert theirs / theirs[-1] == pytest.approx(ours / ours[-1], rel=1e-13)
