"""Harm by person: compare the warehouse's sums on true ids with those of the truth."""

from __future__ import annotations

import psycopg

from rasure.instruments.simulate.suspects import CRIMINAL_AGE
from rasure.instruments.truth.planted import Truth
from rasure.instruments.truth.true_people import crimes_of_true_people

COLUMNS = ("true_person", "classification_id", "offence_code", "harm_days")
COLUMNS += ("is_cancelled", "is_ended")

PLANTED = """
    create temporary table planted_outcomes (
        person_id text,
        classification_id text,
        offence_code text,
        harm_days double precision,
        is_cancelled boolean,
        is_ended boolean
    )
    on commit drop
"""

OF_AGE = f"make_interval(years => {int(CRIMINAL_AGE // 365.25)})"

# The truth does not state these, so both sides take them from the warehouse: crimes
# transferred to another force or reclassified as no crime, crimes that the police
# detected, and people who are officials or restricted. The days of harm are those of
# the simulator's own table. A child who was truly ten may be under ten by a record that
# lacks the day of birth, or by one of two that differ. The warehouse protects such a
# child, so what they did is left out.
DIFFERENCE = f"""
    with

    oldest_births as (
        select
            ids.golden_id,
            min(records.date_of_birth) as date_of_birth
        from true_int_niche_person_ids as ids
        inner join staging.stg_niche__persons as records
            on ids.person_id = records.person_id
            and ids.force = records.force
        group by ids.golden_id
    ),

    planted as (
        select distinct
            outcomes.person_id,
            history.classification_id,
            outcomes.harm_days
        from planted_outcomes as outcomes
        inner join core.crime_history as history
            on outcomes.classification_id = history.classification_id
            and history.force = %(force)s
            and history.state not in ('transferred', 'no crime')
        left join core.dim_offence as classes
            on outcomes.offence_code = classes.offence_id
        inner join true_people_persons as persons
            on outcomes.person_id = persons.person_id
            and not persons.is_official
            and not persons.is_restricted
        inner join true_dim_person as births
            on outcomes.person_id = births.golden_id
        left join oldest_births on outcomes.person_id = oldest_births.golden_id
        inner join core.people_as_of as moments on history.force = moments.force
        left join core.int_niche_crimes as crimes
            on history.force = crimes.force
            and history.occurrence_id = crimes.occurrence_id
            and history.sequence = crimes.sequence
        where not outcomes.is_cancelled
            and not outcomes.is_ended
            and not coalesce(classes.is_police_generated, false)
            and history.detection_mode is distinct from 'police'
            and not coalesce(
                (
                    coalesce(crimes.occurred_from, crimes.reported_at)
                    at time zone moments.clock
                )::date between oldest_births.date_of_birth + {OF_AGE}
                and births.youngest_birth_date + {OF_AGE} - interval '1 day',
                false
            )
    ),

    planted_totals as (
        select
            person_id,
            sum(harm_days) as harm_days
        from planted
        group by person_id
    ),

    counted_totals as (
        select
            person_id,
            sum(harm_days) as harm_days
        from true_person_crimes
        where side = 'causing harm'
            and is_evidential
            and not is_police_generated
        group by person_id
    )

    select
        count(*),
        coalesce(
            sum(
                abs(
                    coalesce(planted_totals.harm_days, 0)
                    - coalesce(counted_totals.harm_days, 0)
                )
            ),
            0
        )::double precision
    from planted_totals
    full join counted_totals on planted_totals.person_id = counted_totals.person_id
"""


def harm_total_error(connection: psycopg.Connection, truth: Truth) -> float:
    """The sum over all people of the absolute difference in days of harm."""
    with connection.transaction(force_rollback=True):
        connection.execute("set local work_mem = '128MB'")
        connection.execute("set local jit = off")
        crimes_of_true_people(connection, truth)
        connection.execute(PLANTED)
        copy = "copy planted_outcomes from stdin"
        with connection.cursor() as cursor, cursor.copy(copy) as rows:
            for person, *rest in truth.columns("offender_rows", *COLUMNS):
                rows.write_row((str(person), *rest))
        connection.execute("analyze planted_outcomes")
        row = connection.execute(DIFFERENCE, {"force": truth.force}).fetchone()
    return row[1]
