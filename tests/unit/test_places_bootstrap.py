import numpy as np
import pytest

from rasure.places.metrics import percentile_interval, ratio, resampled_captures

# 400 events: 100 in both sets, 60 in the first only, 40 in the second only.
MEMBERSHIP = np.zeros((400, 2), dtype=bool)
MEMBERSHIP[:160, 0] = True
MEMBERSHIP[:100, 1] = True
MEMBERSHIP[160:200, 1] = True


def captures(seed, draws=4000):
    return resampled_captures(MEMBERSHIP, draws, np.random.default_rng(seed))


def test_same_as_resampling_events_one_by_one():
    rng = np.random.default_rng(8)
    one_by_one = np.array(
        [MEMBERSHIP[rng.integers(0, 400, 400)].sum(axis=0) for _ in range(4000)]
    )
    drawn = captures(1)
    assert drawn.mean(axis=0) == pytest.approx([160, 140], abs=1.0)
    assert drawn.std(axis=0) == pytest.approx(one_by_one.std(axis=0), rel=0.05)
    # Paired: the events in both sets move both counts together.
    expected = np.corrcoef(one_by_one.T)[0, 1]
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(expected, abs=0.05)


def test_same_seed_same_samples_and_another_seed_others():
    assert (captures(1) == captures(1)).all()
    assert (captures(1) != captures(2)).any()


def test_a_set_against_itself_is_one_in_every_sample():
    both = np.column_stack([MEMBERSHIP[:, 0], MEMBERSHIP[:, 0]])
    drawn = resampled_captures(both, 200, np.random.default_rng(1))
    assert percentile_interval(ratio(drawn[:, 0], drawn[:, 1])) == (1.0, 1.0)


def test_ratio_to_nothing_is_not_a_number_and_left_out_of_the_interval():
    interval = ratio(np.array([2, 3, 4]), np.array([1, 0, 2]))
    assert np.isnan(interval[1])
    assert percentile_interval(interval) == (2.0, 2.0)
    assert np.isnan(percentile_interval(np.array([np.nan]))).all()


def test_no_events_no_captures():
    none = np.zeros((0, 3), dtype=bool)
    drawn = resampled_captures(none, 5, np.random.default_rng(1))
    assert drawn.tolist() == [[0, 0, 0]] * 5
