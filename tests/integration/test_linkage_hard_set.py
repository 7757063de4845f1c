"""The hard set against its truth, with learnt and with shipped parameters."""

from __future__ import annotations

import pytest

from rasure.instruments.linkage_quality import hard_set
from rasure.instruments.linkage_quality.measure import by_origin, golden_ids
from rasure.instruments.linkage_quality.metrics import agreement
from rasure.linkage.rules import Rules


@pytest.mark.parametrize("is_learnt", [True, False])
def test_the_hard_set_is_linked_well_and_alike_for_every_origin(connection, is_learnt):
    hard = hard_set.make(8000, 7)
    rules = Rules.load(at_least=1000 if is_learnt else 20_000)
    linked = golden_ids(connection, hard, rules)
    assert connection.execute("select kind from linkage.models").fetchall() == [
        ("trained" if is_learnt else "shipped",)
    ]
    result = agreement(linked, hard.truth)
    assert result.records == len(hard.records)
    assert result.pair_precision >= 0.995
    assert result.pair_recall >= 0.93
    assert result.b3_f >= 0.975
    origins = by_origin(linked, hard).values()
    recalls = [one.b3_recall for one in origins]
    precisions = [one.b3_precision for one in origins]
    assert max(recalls) - min(recalls) <= 0.02
    assert max(precisions) - min(precisions) <= 0.02


def test_one_seed_makes_one_set():
    one, other = hard_set.make(200, 9), hard_set.make(200, 9)
    assert one == other
    assert one.records != hard_set.make(200, 10).records
