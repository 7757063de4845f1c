"""The hard set against its truth, with learnt and with shipped parameters."""

from __future__ import annotations

import pytest

from rasure.instruments.linkage_quality import hard_set
from rasure.instruments.linkage_quality.metrics import agreement
from rasure.linkage import link
from rasure.linkage.rules import Rules
from tests.integration.linkage_fixtures import RELATION


@pytest.mark.parametrize("is_learnt", [True, False])
def test_the_hard_set_is_linked_well_and_alike_for_every_origin(connection, is_learnt):
    hard = hard_set.make(8000, 7)
    hard_set.plant(connection, hard, RELATION)
    rules = Rules.load(at_least=1000 if is_learnt else 20_000)
    report = link(connection, rules=rules, threads=2)
    assert connection.execute("select kind from linkage.models").fetchall() == [
        ("trained" if is_learnt else "shipped",)
    ]
    golden_ids = dict(
        connection.execute(
            "select person_id, golden_id from linkage.golden_ids"
            " where effective_to is null"
        ).fetchall()
    )
    result = agreement(golden_ids, hard.truth)
    assert report.records == result.records == len(hard.records)
    assert result.pair_precision >= 0.99
    assert result.pair_recall >= 0.90
    assert result.b3_f >= 0.97
    recalls, precisions = zip(
        *(_by_origin(golden_ids, hard, origin) for origin in hard_set.ORIGINS),
        strict=True,
    )
    assert max(recalls) - min(recalls) <= 0.02
    assert max(precisions) - min(precisions) <= 0.02


def _by_origin(found: dict, hard: hard_set.HardSet, origin: str) -> tuple[float, float]:
    """B-cubed recall and precision of the records of one origin of names."""
    chosen = [person for person in found if hard.origin[person] == origin]
    result = agreement(
        {person: found[person] for person in chosen},
        {person: hard.truth[person] for person in chosen},
    )
    return result.b3_recall, result.b3_precision


def test_one_seed_makes_one_set():
    one, other = hard_set.make(200, 9), hard_set.make(200, 9)
    assert one == other
    assert one.records != hard_set.make(200, 10).records
