"""Whatever the lines, the network is theirs: no metre lost, none twice."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from rasure.geography.street_network import LONGEST_M, links_of


@st.composite
def networks(draw):
    """Streets of a grid, some missing, as stretches of one to several blocks."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    side, block = draw(st.integers(2, 6)), draw(st.sampled_from([20.0, 90.0, 300.0]))
    lines = []
    for at in range(side):
        for turned in (False, True):
            start = 0
            while start < side - 1:
                end = int(rng.integers(start + 1, side))
                course = [(step * block, at * block) for step in range(start, end + 1)]
                if rng.random() < 0.8:
                    course = [(y, x) for x, y in course] if turned else course
                    lines.append(course[:: 1 if rng.random() < 0.5 else -1])
                start = end
    return [shapely.LineString(line) for line in lines]


def comparable(links):
    return {
        link.link_id: tuple(sorted((link.from_node, link.to_node))) for link in links
    }


@settings(max_examples=80, deadline=None)
@given(networks(), st.randoms(use_true_random=False))
def test_a_network_is_its_lines_in_whatever_order_they_come(lines, random):
    links = links_of(np.array(lines, dtype=object))
    whole = shapely.union_all(lines)
    assert sum(link.geometry.length for link in links) == pytest.approx(whole.length)
    assert all(link.geometry.length <= LONGEST_M + 1e-6 for link in links)
    for link in links:
        ends = {f"{x:.1f} {y:.1f}" for x, y in np.array(link.geometry.coords)[[0, -1]]}
        assert ends == {link.from_node, link.to_node}
    shuffled = random.sample(lines, len(lines))
    turned = [line.reverse() if random.random() < 0.5 else line for line in shuffled]
    assert comparable(links_of(np.array(turned, dtype=object))) == comparable(links)
