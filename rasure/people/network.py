"""The network of co-suspects: for analysts, never a reason to list a person.

Two people are partners if both count as causing harm in one occurrence. In an
occurrence with m such people every pair weighs 1/(m - 1), so that each person has a
weight of one in it (Newman 2001). An occurrence with more people than
`network_most_suspects` (a brawl, a protest) is left out: it does not show who knows
whom.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import psycopg

OCCURRENCES = """
    select suspects.force, array_agg(distinct person_id order by person_id)
    from core.int_crime_suspects as suspects
    inner join core.people_as_of as moments
        on suspects.force = moments.force
        and suspects.occurred_at <= moments.as_of
    cross join unnest(suspects.person_ids) as person_id
    cross join (
        select network_most_suspects
        from reference.people_figures
        order by valid_from desc
        limit 1
    ) as figures
    group by suspects.force, suspects.occurrence_id, figures.network_most_suspects
    having count(distinct person_id) between 2 and figures.network_most_suspects
"""


@dataclass(frozen=True)
class Position:
    """A person's position in the network: partners, weight, k-core, component."""

    person_id: str
    partners: int
    weight: float
    core_number: int
    component: int
    component_size: int


def positions(occurrences: Sequence[list[str]]) -> list[Position]:
    """The position of each person in the network; sorted by person id.

    `occurrences` holds the person ids of each occurrence. Components are numbered from
    1, the largest first.
    """
    import rustworkx

    people = sorted({person for members in occurrences for person in members})
    number = {person: at for at, person in enumerate(people)}
    weights: dict[tuple[int, int], float] = defaultdict(float)
    for members in occurrences:
        share = 1 / (len(members) - 1)
        for pair in combinations(sorted(number[person] for person in members), 2):
            weights[pair] += share
    partners, total_weight = [0] * len(people), [0.0] * len(people)
    for pair, weight in weights.items():
        for at in pair:
            partners[at] += 1
            total_weight[at] += weight
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(people)
    graph.add_edges_from_no_data(list(weights))
    components = sorted(
        rustworkx.connected_components(graph),
        key=lambda members: (-len(members), min(members)),
    )
    component_of = {
        at: (place, len(members))
        for place, members in enumerate(components, start=1)
        for at in members
    }
    cores = rustworkx.core_number(graph)
    return [
        Position(
            person,
            partners[at],
            round(total_weight[at], 6),
            cores[at],
            *component_of[at],
        )
        for at, person in enumerate(people)
    ]


def joined(connection: psycopg.Connection) -> list[tuple[str, list[str]]]:
    """The force and the people (golden ids) of each occurrence with two or more."""
    return sorted(connection.execute(OCCURRENCES))


def refresh(
    connection: psycopg.Connection, occurrences: list[tuple[str, list[str]]]
) -> int:
    """Replace `people.co_offending` by the network of `occurrences`.

    `occurrences` are those that `joined` returns. Returns the number of people.
    """
    by_force: dict[str, list[list[str]]] = {}
    for force, people in occurrences:
        by_force.setdefault(force, []).append(people)
    rows = [
        (force, *vars(position).values())
        for force, occurrences in sorted(by_force.items())
        for position in positions(occurrences)
    ]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("truncate people.co_offending")
        with cursor.copy(
            "copy people.co_offending (force, person_id, partners, weight, core_number,"
            " component, component_size) from stdin"
        ) as copy:
            for row in rows:
                copy.write_row(row)
    return len(rows)
