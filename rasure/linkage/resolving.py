"""From scored pairs, decisions and rules to persons, and questions for a reviewer."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from rasure.linkage.clustering import cluster, components
from rasure.linkage.rules import Rules
from rasure.linkage.statements import statement


def resolve(duck: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    """Make `persons` (unique_id, head) and `questions` (l, r, probability).

    Reads `records`, `pairs` (as `scored`), `source_merges` and `reviews`. `head`
    is the eldest record of a person. A question is the likeliest pair of two persons
    that may be one: not decided, and with nothing that forbids any record of one to be
    with any of the other.
    """
    _make_links(duck, rules)
    count = duck.execute("select count(*) from records").fetchall()[0][0]
    links = duck.execute("select l, r, strength, is_merge from links").fetchnumpy()
    both = _pairs(links)
    _make_forbidden(duck, rules, components(count, both))
    forbidden = _pairs(duck.execute("select l, r from forbidden").fetchnumpy())
    chosen = np.asarray(links["is_merge"], dtype=bool)
    heads = cluster(
        count, both[chosen], np.asarray(links["strength"])[chosen], forbidden
    )
    duck.register(
        "heads_view", pa.table({"unique_id": np.arange(count), "head": heads})
    )
    duck.execute("create table persons as from heads_view")
    duck.unregister("heads_view")
    _make_questions(duck)


def _pairs(columns: dict[str, np.ndarray]) -> np.ndarray:
    """Columns l and r as an array of shape (n, 2)."""
    both = np.stack([np.asarray(columns["l"]), np.asarray(columns["r"])], axis=1)
    return both.astype(np.int64)


def _make_links(duck: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    figures = {
        "$unmerged_forbids": str(rules.unmerged).lower(),
        "$block": str(rules.block),
    }
    text = statement("links")
    for name, figure in figures.items():
        text = text.replace(name, figure)
    duck.execute(text)


def _make_forbidden(
    duck: duckdb.DuckDBPyConnection, rules: Rules, label: np.ndarray
) -> None:
    """Make `forbidden` (l, r, is_contradiction): all pairs that must stay apart, in
    every component. A contradiction is a pair of one valid number that a rule forbids:
    a reviewer is asked about it all the same."""
    duck.register(
        "components_view",
        pa.table({"unique_id": np.arange(len(label)), "component": label}),
    )
    duck.execute(
        f"""
        create table forbidden as
        with
        members as (
            select records.*, component
            from components_view inner join records using (unique_id)
            qualify count(*) over (partition by component) > 1
        )
        select
            l.unique_id as l,
            r.unique_id as r,
            same_number(l, r) as is_contradiction
        from members as l
        inner join members as r
            on l.component = r.component and l.unique_id < r.unique_id
        where is_no_merge(l, r, {rules.twin_similarity})
            and (l.unique_id, r.unique_id) not in (select (l, r) from lifted)
        union all
        select l, r, false from barred
        """
    )
    duck.unregister("components_view")


def _make_questions(duck: duckdb.DuckDBPyConnection) -> None:
    duck.execute(
        """
        create table questions as
        with
        apart as (
            select distinct
                least(one.head, other.head) as l, greatest(one.head, other.head) as r
            from forbidden
            inner join persons as one on forbidden.l = one.unique_id
            inner join persons as other on forbidden.r = other.unique_id
            where not is_contradiction
        ),
        between_persons as (
            select
                pairs.*,
                least(one.head, other.head) as head_l,
                greatest(one.head, other.head) as head_r
            from pairs
            inner join persons as one on pairs.l = one.unique_id
            inner join persons as other on pairs.r = other.unique_id
            where one.head <> other.head
        )
        select l, r, probability
        from between_persons
        anti join apart
            on between_persons.head_l = apart.l and between_persons.head_r = apart.r
        anti join decisions
            on between_persons.l = decisions.l and between_persons.r = decisions.r
        qualify row_number() over (
            partition by head_l, head_r order by probability desc, l, r
        ) = 1
        """
    )
