"""Link a hard set in a private cluster and compare the result with its truth."""

from __future__ import annotations

import psycopg

from rasure import schema
from rasure.instruments.linkage_quality import hard_set
from rasure.instruments.linkage_quality.metrics import Agreement, agreement
from rasure.linkage import link
from rasure.linkage.rules import Rules
from rasure.runtime.cluster import running_cluster

RELATION = "hard_set.person_records"
PEOPLE = 12_000  # about 25,000 records, enough for linkage to learn its own parameters
SEED = 501  # no rule or parameter was chosen on this seed
GOLDEN = (
    "select person_id, golden_id from linkage.golden_ids where effective_to is null"
)


def measure(people: int = PEOPLE, seed: int = SEED) -> Agreement:
    """The agreement of linkage with the truth of a hard set of `people` persons.

    It runs in a cluster of its own, which is removed: no warehouse is touched.
    """
    made = hard_set.make(people, seed)
    with running_cluster(fast=True) as cluster:
        url = cluster.url("rasure", "rasure", cluster.password)
        with psycopg.connect(url, autocommit=True) as connection:
            schema.ensure(connection)
            return agreement(golden_ids(connection, made), made.truth)


def golden_ids(
    connection: psycopg.Connection,
    made: hard_set.HardSet,
    rules: Rules | None = None,
    relation: str = RELATION,
) -> dict[str, str]:
    """Plant a hard set in a warehouse and link it; the golden id of each person id."""
    hard_set.plant(connection, made, relation)
    link(connection, relation, mode="full", rules=rules, may_erase=True)
    return dict(connection.execute(GOLDEN).fetchall())


def by_origin(linked: dict[str, str], made: hard_set.HardSet) -> dict[str, Agreement]:
    """The agreement for the records of each origin of names."""
    return {
        origin: agreement(
            {one: linked[one] for one in linked if made.origin[one] == origin},
            {one: made.truth[one] for one in linked if made.origin[one] == origin},
        )
        for origin in hard_set.ORIGINS
    }
