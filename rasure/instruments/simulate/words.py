"""Words: streets, premises, summaries and accounts of how, by the few thousand.

Texts are drawn from a vocabulary (`facts/words.csv`), so that a million cost a column
of numbers. They have what real ones have: pound signs and curly quotes of the Windows
code page, commas, quotation marks, line breaks, and knives that were not there.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa

from rasure.instruments.simulate.facts_tables import offences, table
from rasure.sources.niche_rms.terms import TERMS

SORTS = ("how", "knife seen", "knife denied", "armed")
HOW, KNIFE_SEEN, KNIFE_DENIED, ARMED = range(len(SORTS))
NAMED_PREMISES = ("licensed premises", "shop", "school", "park", "car park")


@cache
def of_kind(kind: str) -> tuple[str, ...]:
    """The words of a kind, in the order of the table."""
    return tuple(row["words"] for row in table("words") if row["kind"] == kind)


@cache
def streets() -> tuple[str, ...]:
    """Street names, those of town centres first."""
    first, second = of_kind("street first word"), of_kind("street second word")
    return of_kind("central street") + tuple(f"{a} {b}" for a in first for b in second)


@cache
def premises() -> dict[int, tuple[str, ...]]:
    """Names of premises by number of location type."""
    types = TERMS["location_types"]
    return {types.index(kind): of_kind(kind) for kind in NAMED_PREMISES}


@cache
def _texts() -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """The vocabulary of accounts; by sort its first number and how many a place."""
    words, first, each = [], [], []
    for sort in SORTS:
        first.append(len(words))
        each.append(len(of_kind(sort)))
        for place in TERMS["location_types"]:
            where = (*of_kind(f"at {place}"), "at the location")[0]
            words += [text.format(place=where) for text in of_kind(sort)]
    return pa.array(words), np.array(first), np.array(each)


def accounts(rng, sort: np.ndarray, location_type: np.ndarray) -> pa.Array:
    """An account of how for each occurrence: `HOW`, `KNIFE_SEEN`, … by its place."""
    words, first, each = _texts()
    draw = (rng.random(len(sort)) * each[sort]).astype(np.int64)
    index = first[sort] + location_type * each[sort] + draw
    return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), words)


def summaries(offence: np.ndarray, location_type: np.ndarray) -> pa.Array:
    """A line for each occurrence: its offence (or that it is none) and its place."""
    titles = (*offences().titles, "Public safety and welfare")
    places, form = TERMS["location_types"], of_kind("summary")[0]
    words = [form.format(title=title, place=at) for title in titles for at in places]
    row = np.where(offence < 0, len(titles) - 1, offence)
    index = pa.array(row * len(places) + location_type, pa.int32())
    return pa.DictionaryArray.from_arrays(index, pa.array(words))


def chosen(words: tuple[str | None, ...], index: np.ndarray) -> pa.Array:
    """A dictionary column of words by their numbers; -1 is none."""
    numbers = pa.array(index, pa.int32(), mask=index < 0)
    return pa.DictionaryArray.from_arrays(numbers, pa.array(words, pa.string()))
