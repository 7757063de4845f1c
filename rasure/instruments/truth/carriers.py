"""Habitual knife carriers: compare the flagged people with the true carriers."""

from __future__ import annotations

import psycopg

from rasure.instruments.truth.persons import true_person_of
from rasure.instruments.truth.planted import Truth

RULE = "hkc_evidential"

FLAGGED = f"""
    select distinct evidence.person_id
    from marts_people.person_evidence as evidence
    inner join (
        select
            force,
            person_id
        from marts_people.hot_people_risk
        union all
        select
            force,
            person_id
        from marts_people.hot_people_under_18
    ) as listed
        on evidence.force = listed.force
        and evidence.person_id = listed.person_id
    where evidence.force = %(force)s
        and evidence.rule_id = '{RULE}'
"""

# People whose evidence is a search in which no knife was found.
BY_NEGATIVE_SEARCH = f"""
    select distinct evidence.person_id
    from marts_people.person_evidence as evidence
    inner join staging.stg_niche__stop_searches as searches
        on evidence.force = searches.force
        and evidence.source_id = searches.stop_search_id
    where evidence.force = %(force)s
        and evidence.rule_id = '{RULE}'
        and evidence.source_kind = 'search'
        and searches.found is distinct from 'knife'
"""

# People whose evidence is an offence of an occurrence in which they only suffered harm.
VICTIM_ONLY = f"""
    select evidence.person_id
    from marts_people.person_evidence as evidence
    inner join core.int_niche_crimes as crimes
        on evidence.force = crimes.force
        and evidence.source_id = crimes.crime_key
    inner join core.fct_involvement as parts
        on evidence.force = parts.force
        and evidence.person_id = parts.golden_id
        and crimes.occurrence_id = parts.occurrence_id
    where evidence.force = %(force)s
        and evidence.rule_id = '{RULE}'
        and evidence.source_kind = 'offence'
    group by evidence.person_id, evidence.source_id
    having bool_or(parts.side = 'harmed')
        and not bool_or(parts.side = 'causing harm')
"""


def knife_carriers(connection: psycopg.Connection, truth: Truth) -> dict[str, float]:
    """Precision and recall of the flag, and the people flagged for invalid evidence.

    A flag is right if the person is truly a carrier on the day of the extract. A
    planted person who has only negative searches, or was only a victim, counts as
    flagged for that, whatever the evidence says. Without any flag or carrier the ratio
    is 1.
    """
    person_of = true_person_of(connection, truth)

    def people(query: str) -> set[str]:
        rows = connection.execute(query, {"force": truth.force})
        return {person_id for (person_id,) in rows}

    flagged = people(FLAGGED)
    carriers = {row["true_person"] for row in truth.rows("knife_carriers")}
    right = {person for person in flagged if person_of.get(person) in carriers}
    flagged_carriers = {person_of[person] for person in right}

    def wrongly(query: str, trap: str) -> int:
        trapped = {
            row["true_person"]
            for row in truth.rows("knife_traps")
            if row["trap"] == trap and not row["is_carrier"]
        }
        in_trap = {person for person in flagged if person_of.get(person) in trapped}
        return len(in_trap | (people(query) & flagged))

    return {
        "knife_carriers_precision": ratio(len(right), len(flagged)),
        "knife_carriers_recall": ratio(len(flagged_carriers), len(carriers)),
        "knife_carriers_by_negative_search": wrongly(
            BY_NEGATIVE_SEARCH, "negative searches"
        ),
        "knife_carriers_victim_only": wrongly(VICTIM_ONLY, "victim only"),
    }


def ratio(part: int, whole: int) -> float:
    """`part` divided by `whole`; 1 if `whole` is 0."""
    return part / whole if whole else 1.0
