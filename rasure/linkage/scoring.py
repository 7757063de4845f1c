"""Which pairs are compared, and how probable it is that they are one person."""

from __future__ import annotations

import duckdb

from rasure.linkage.model import TERMS, Model, new_linker, quiet
from rasure.linkage.rules import Rules
from rasure.linkage.statements import statement
from rasure.linkage.terms import look_up


def make_blocks(duck: duckdb.DuckDBPyConnection, rules: Rules) -> int:
    """Make `keys` (unique_id, key) and `crowded` (key), the blocks over the limit,
    which are left out; returns how many those are."""
    duck.execute(statement("blocks"))
    duck.execute(statement("rules"))
    duck.execute(
        f"""
        create table crowded as
        select key from keys group by key
        having count(*) > case rule_of(key)
            when 14 then {rules.postcode_records:d}
            when 15 then {rules.contact_records:d}
            else {rules.block:d}
        end
        """
    )
    return duck.execute("select count(*) from crowded").fetchall()[0][0]


def find_own_values(duck: duckdb.DuckDBPyConnection) -> None:
    """Add `own_postcodes` and `own_contacts` to `records`: those that are not `crowded`
    and so may be of one person. Both are null where there are none."""
    duck.execute(statement("own"))


def add_members_of_toggled_blocks(duck: duckdb.DuckDBPyConnection) -> None:
    """Add to `to_score` every record of a block that was crowded at the last run
    (`crowded_before`) and is not, or is and was not: its pairs come or go."""
    duck.execute(
        """
        insert into to_score
        select distinct unique_id
        from keys
        where key in (
            (from crowded except from crowded_before)
            union all
            (from crowded_before except from crowded)
        )
        and unique_id not in (from to_score)
        """
    )


def make_candidates(duck: duckdb.DuckDBPyConnection, everything: bool) -> int:
    """Make `candidates` (join_key_l, join_key_r, match_key): pairs of a common block,
    the elder left; all of them, or those with a record of `to_score`."""
    left, order = "keys", "<"
    if not everything:  # a pair of two records to score comes up twice and is kept once
        left, order = "(from keys semi join to_score using (unique_id))", "<>"
    duck.execute(
        f"""
        create table candidates as
        select distinct
            least(one.unique_id, other.unique_id) as join_key_l,
            greatest(one.unique_id, other.unique_id) as join_key_r,
            '0' as match_key
        from {left} as one
        inner join keys as other
            on one.key = other.key and one.unique_id {order} other.unique_id
        where makes_candidates(one.key) and one.key not in (from crowded)
        """
    )
    return duck.execute("select count(*) from candidates").fetchall()[0][0]


def score(duck: duckdb.DuckDBPyConnection, model: Model, rules: Rules) -> None:
    """Make `scored` (l, r, probability, needs_asking) of the candidates at the
    threshold for review or above it, and of those that are `asked` about anyway."""
    duck.execute(
        "create table scored"
        " (l bigint, r bigint, probability double, needs_asking boolean)"
    )
    if not duck.execute("select 1 from candidates limit 1").fetchall():
        return
    with quiet():
        asked = statement("asked")
        duck.execute(asked.replace("$twin_similarity", str(rules.twin_similarity)))
        _predict(duck, model, rules, "candidates", rules.review)
        duck.execute(
            "create or replace table candidates as select l as join_key_l,"
            " r as join_key_r, '0' as match_key"
            " from asked anti join scored using (l, r)"
        )
        if duck.execute("select 1 from candidates limit 1").fetchall():
            _predict(duck, model, rules, "candidates", None)
    duck.execute("drop table candidates; drop table asked")


def _predict(
    duck: duckdb.DuckDBPyConnection,
    model: Model,
    rules: Rules,
    candidates: str,
    threshold: float | None,
) -> None:
    """Add to `scored` the pairs of a table of candidates at a threshold or above it."""
    linker = new_linker(duck, model)
    register = linker._db_api.register
    tables = linker.table_management
    for term in TERMS:
        tables.register_term_frequency_lookup(register(look_up(duck, term)), term)
    tables.register_blocked_pairs_for_predict(register(candidates))
    predictions = linker.inference.predict(
        threshold_match_probability=threshold, warning_mode="never"
    )
    duck.execute(
        f"""
        insert into scored
        select
            one.unique_id,
            other.unique_id,
            round(match_probability, 9) as probability,
            probability < {rules.merge}
            or agree_in_nothing(one, other)
            or rests_on_default(one, other)
            or has_doubtful_number(one, other)
        from {predictions.physical_name} as predictions
        inner join records as one on predictions.unique_id_l = one.unique_id
        inner join records as other on predictions.unique_id_r = other.unique_id
        """
    )
    predictions.drop_table_from_database_and_remove_from_cache()
