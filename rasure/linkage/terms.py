"""How common a name or a date of birth is: sharing a rare one weighs more.

Frequencies are kept with the model, so that a later run scores a pair as this one did.
They are kept by hash, and only of values that three records or more share, so that no
name can be read from them.
With n of N records of a value, and u the chance that two strangers agree at all, its
frequency is (n + s) / (N + s / u): drawn to u while there are few records.
"""

from __future__ import annotations

import duckdb

from rasure.linkage.model import TERMS, Model
from rasure.linkage.rules import Rules

SHARED_BY = 3
OTHER = "other"  # the hash of all rarer values


def count_terms(duck: duckdb.DuckDBPyConnection, model: Model, rules: Rules) -> None:
    """Make DuckDB's `term_frequencies` (term, value_hash, frequency) of `records`."""
    duck.execute(
        "create or replace table term_frequencies"
        " (term varchar, value_hash varchar, frequency double)"
    )
    for term in TERMS:
        u = model.levels[term]["the same"][1]
        duck.execute(
            f"""
            insert into term_frequencies
            with
            counted as (
                select md5({term}::varchar) as value_hash, count(*) as n
                from records where {term} is not null group by {term}
            ),
            whole as (
                select coalesce(sum(n), 0) + $smoothing / $u as total from counted
            )
            select $term, value_hash, (n + $smoothing) / total
            from counted cross join whole where n >= $shared_by
            union all
            select $term, $other, (1 + $smoothing) / total from whole
            """,
            {
                "term": term,
                "u": u,
                "smoothing": rules.smoothing,
                "shared_by": SHARED_BY,
                "other": OTHER,
            },
        )


def look_up(duck: duckdb.DuckDBPyConnection, term: str) -> str:
    """Make the table that splink looks a value's frequency up in; returns its name."""
    table = f"lookup_{term}"
    duck.execute(
        f"""
        create or replace table {table} as
        select {term}, coalesce(known.frequency, other.frequency) as tf_{term}
        from (select distinct {term} from records where {term} is not null)
        left join term_frequencies as known
            on known.term = $term and known.value_hash = md5({term}::varchar)
        inner join term_frequencies as other
            on other.term = $term and other.value_hash = $other
        """,
        {"term": term, "other": OTHER},
    )
    return table
