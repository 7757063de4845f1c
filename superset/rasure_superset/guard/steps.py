"""What Superset may be told to work out from an answer, in its own memory and time.

Neither has a bound there: a histogram of as many bins as one likes, a series sampled as
finely. Who may not explore sends the steps of the charts that there are; who may, those
that make no more than their rows and columns can, and few of them.
"""

from __future__ import annotations

MOST_QUERIES = 10  # in one request; a chart of ours has one or two
MOST_STEPS = 10  # in one query, other times that it is compared with among them
PLAIN = {
    *("aggregate", "compare", "contribution", "cum", "diff", "flatten", "pivot"),
    *("rank", "rename", "rolling", "select", "sort"),
}


def is_plain(step: dict) -> bool:
    """Whether a step of post-processing takes no number of its own to grow by."""
    return step.get("operation") in PLAIN
