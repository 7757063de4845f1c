"""Clusters: plain components where nothing forbids, and never a forbidden pair."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rasure.linkage.clustering import cluster

RECORDS = 9
PAIRS = st.tuples(st.integers(0, RECORDS - 1), st.integers(0, RECORDS - 1)).filter(
    lambda pair: pair[0] < pair[1]
)
LINKS = st.dictionaries(PAIRS, st.sampled_from([0.99, 0.995, 1.0, 2.0, 4.0]))
FORBIDDEN = st.sets(PAIRS)


def clusters(links: dict, forbidden=()) -> list[int]:
    return cluster(
        RECORDS,
        np.array(list(links), dtype=np.int64).reshape(-1, 2),
        np.array(list(links.values()), dtype=float),
        np.array(list(forbidden), dtype=np.int64).reshape(-1, 2),
    ).tolist()


def test_a_chain_is_one_cluster_where_nothing_forbids_it():
    assert clusters({(0, 1): 0.99, (1, 2): 0.99})[:4] == [0, 0, 0, 3]


def test_the_surer_of_two_links_is_kept_when_their_ends_must_stay_apart():
    links = {(0, 1): 0.99, (1, 2): 0.999}
    assert clusters(links, {(0, 2)})[:3] == [0, 1, 1]


def test_of_two_links_as_sure_the_one_of_the_elder_records_is_kept():
    links = {(1, 2): 0.99, (0, 1): 0.99}
    assert clusters(links, {(0, 2)})[:3] == [0, 0, 2]


def test_a_decision_is_taken_before_the_model():
    links = {(0, 1): 1.0, (1, 2): 4.0}
    assert clusters(links, {(0, 2)})[:3] == [0, 1, 1]


def test_a_forbidden_pair_that_nothing_joins_changes_nothing():
    assert clusters({(0, 1): 0.99, (2, 3): 0.99}, {(0, 3)})[:4] == [0, 0, 2, 2]


@settings(deadline=None)
@given(LINKS, FORBIDDEN)
def test_no_cluster_holds_a_forbidden_pair(links, forbidden):
    persons = clusters(links, forbidden)
    assert all(persons[one] != persons[other] for one, other in forbidden)


@settings(deadline=None)
@given(LINKS, FORBIDDEN, st.randoms())
def test_the_order_of_the_input_does_not_matter(links, forbidden, chance):
    shuffled = list(links.items())
    chance.shuffle(shuffled)
    turned = {
        (pair[::-1] if chance.random() < 0.5 else pair): strength
        for pair, strength in shuffled
    }
    apart = [pair[::-1] for pair in forbidden]
    chance.shuffle(apart)
    assert clusters(turned, apart) == clusters(links, forbidden)


@settings(deadline=None)
@given(LINKS, FORBIDDEN)
def test_a_cluster_is_joined_by_links_and_named_by_its_smallest_member(
    links, forbidden
):
    persons = clusters(links, forbidden)
    assert all(head <= record for record, head in enumerate(persons))
    assert all(persons[head] == head for head in persons)
    inside = {
        pair: s for pair, s in links.items() if persons[pair[0]] == persons[pair[1]]
    }
    assert clusters(inside) == persons


@settings(deadline=None)
@given(LINKS, FORBIDDEN)
def test_a_link_is_left_out_only_for_a_forbidden_pair_between_its_groups(
    links, forbidden
):
    persons = clusters(links, forbidden)
    apart = {frozenset((persons[one], persons[other])) for one, other in forbidden}
    for one, other in links:
        groups = frozenset((persons[one], persons[other]))
        assert len(groups) == 1 or groups in apart
