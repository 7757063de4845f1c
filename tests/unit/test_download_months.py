"""The months that a download is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasure.sources.police_uk.download import UnknownChoice, months_between


def test_months_run_over_the_turn_of_a_year():
    assert months_between("2023-11", "2024-02") == [
        "2023-11",
        "2023-12",
        "2024-01",
        "2024-02",
    ]
    assert months_between("2024-12", "2024-12") == ["2024-12"]


@given(st.integers(2010 * 12, 2090 * 12), st.integers(0, 60))
def test_every_month_comes_once_in_order(start, length):
    first = f"{start // 12}-{start % 12 + 1:02}"
    end = start + length
    months = months_between(first, f"{end // 12}-{end % 12 + 1:02}")
    assert len(months) == length + 1
    assert months == sorted(set(months))
    assert months[0] == first


@pytest.mark.parametrize(
    "month", ["2024-13", "2024-1", "24-01", "2024-00", "2024-01-01"]
)
def test_what_is_no_month_is_refused(month):
    with pytest.raises(UnknownChoice, match="is no month"):
        months_between(month, "2024-02")


def test_months_that_run_backwards_are_refused():
    with pytest.raises(UnknownChoice, match="from 2024-02 to 2024-01"):
        months_between("2024-02", "2024-01")
