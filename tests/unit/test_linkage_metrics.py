"""Pairwise and B-cubed agreement, against cases worked out by hand."""

from __future__ import annotations

import pytest

from rasure.instruments.linkage_quality.metrics import agreement


def test_two_persons_of_whom_one_record_is_misplaced():
    # Clusters {a b c} and {d e}; persons {a b} and {c d e}.
    # Pairs put together: ab ac bc de; belonging together: ab cd ce de; both: ab de.
    # B-cubed precision: a 2/3, b 2/3, c 1/3, d 1, e 1; recall: a 1, b 1, c 1/3, d 2/3,
    # e 2/3.
    predicted = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2}
    truth = {"a": "x", "b": "x", "c": "y", "d": "y", "e": "y"}
    result = agreement(predicted, truth)
    assert result.pair_precision == pytest.approx(2 / 4)
    assert result.pair_recall == pytest.approx(2 / 4)
    assert result.pair_f == pytest.approx(0.5)
    assert result.b3_precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 2) / 5)
    assert result.b3_recall == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5)
    assert result.b3_f == pytest.approx(11 / 15)


def test_everything_in_one_cluster_is_of_low_precision_and_full_recall():
    truth = {"a": 1, "b": 1, "c": 2, "d": 3}
    result = agreement(dict.fromkeys(truth, "one"), truth)
    assert result.pair_precision == pytest.approx(1 / 6)
    assert result.pair_recall == 1
    assert result.b3_precision == pytest.approx((2 / 4 + 2 / 4 + 1 / 4 + 1 / 4) / 4)
    assert result.b3_recall == 1


def test_nothing_put_together_makes_no_mistake_and_finds_nothing():
    result = agreement({"a": 1, "b": 2}, {"a": 1, "b": 1})
    assert (result.pair_precision, result.pair_recall, result.pair_f) == (1, 0, 0)
    assert (result.b3_precision, result.b3_recall) == (1, 0.5)


def test_records_that_differ_are_refused():
    with pytest.raises(ValueError, match="the same records"):
        agreement({"a": 1}, {"b": 1})
    with pytest.raises(ValueError, match="the same records"):
        agreement({}, {})
