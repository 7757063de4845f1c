"""What Superset may be told to work out from an answer, in its own memory and time.

Neither has a bound there: a histogram of as many bins as one likes, a series sampled as
finely. Who may not explore sends the steps of the charts that there are; who may, those
that grow no further than their rows.
"""

from __future__ import annotations

MOST_QUERIES = 10  # in one request; a chart of ours has one or two
PLAIN = {
    *("aggregate", "compare", "contribution", "cum", "diff", "flatten", "pivot"),
    *("rank", "rename", "rolling", "select", "sort"),
}


def is_plain(step: dict) -> bool:
    """Whether a step of post-processing grows no further than the rows it is given."""
    return step.get("operation") in PLAIN
