"""Select rows of canonical tables, and concatenate tables."""

from __future__ import annotations

import numpy as np
import pyarrow as pa


def take(table: dict, rows: np.ndarray) -> dict:
    """Some rows of a canonical table, by position or by mask."""
    if rows.dtype == bool:
        rows = np.flatnonzero(rows)
    chosen = pa.array(rows)
    return {
        name: column.take(chosen) if isinstance(column, pa.Array) else column[rows]
        for name, column in table.items()
        if column is not None
    }


def join(parts: list[dict]) -> dict:
    """Concatenate canonical tables of one entity."""
    joined = {}
    for name in parts[0]:
        columns = [part[name] for part in parts]
        if isinstance(columns[0], pa.Array):
            plain = [
                c.dictionary.take(c.indices) if pa.types.is_dictionary(c.type) else c
                for c in columns
            ]
            joined[name] = pa.concat_arrays(plain)
        elif isinstance(columns[0], np.ndarray):
            joined[name] = np.concatenate(columns)
        else:
            index = np.concatenate([column.index for column in columns])
            joined[name] = type(columns[0])(columns[0].combinations, index)
    return joined
