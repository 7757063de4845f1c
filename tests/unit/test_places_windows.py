from datetime import date

import numpy as np
import pytest

from rasure.places import windows
from rasure.places.errors import WindowRejected
from rasure.places.windows import Window


def test_a_period_is_two_months():
    window = Window.parse("2024-01:2025-03")
    assert windows.month_start(window.first) == date(2024, 1, 1)
    assert windows.month_end(window.last) == date(2025, 3, 31)
    assert str(window) == "2024-01:2025-03"
    assert windows.month_number(date(2025, 3, 9)) == window.last


@pytest.mark.parametrize(
    "text", ["2024-01", "2024-13:2025-01", "2024-1:2024-02", "a:b", "2024-01:2024-02:x"]
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(WindowRejected, match="2024-01:2025-03"):
        Window.parse(text)


def test_a_period_runs_forward():
    with pytest.raises(WindowRejected, match="ends before it begins"):
        Window.parse("2025-03:2024-01")


def test_only_observed_months_count():
    window = Window.parse("2024-01:2025-03")
    months = np.array([24288 + month for month in (0, 1, 2, 3, 12, 13, 14, 15)])
    assert len(window.observed(months, "training")) == 7
    assert windows.listed(months) == "2024-01 to 2024-04, 2025-01 to 2025-04"
    assert windows.listed(months[:1]) == "2024-01"
