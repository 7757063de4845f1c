"""The table of the force's choice lists, and the empty table of deletions."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from rasure.sources.niche_rms.mapping import Mapping


def choices(mapping: Mapping) -> dict:
    """A row for each code of the mapping: its list, the code, its words."""
    rows = [
        (table, code, term.capitalize())
        for table, codes in mapping.terms.items()
        for code, term in codes.items()
        if code
    ]
    lists, codes, words = zip(*rows, strict=True)
    return {
        "choice_list": pa.array(lists),
        "database_value": pa.array(codes),
        "gui_value": pa.array(words),
    }


def no_deletions() -> dict:
    """The table of deletions of a full extract, which has none."""
    empty = pa.array([], pa.string())
    return {
        "record_id": empty,
        "entity": empty,
        "deleted_at": np.array([], np.int64),
    }
