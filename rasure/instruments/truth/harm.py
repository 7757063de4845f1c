"""Harm by person: compare the warehouse's sums on true ids with those of the truth."""

from __future__ import annotations

import psycopg

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

# The truth does not state these, so both sides take them from the warehouse: crimes
# transferred to another force or reclassified as no crime, crimes that the police
# detected, and people who are officials or restricted. The days of harm are those of
# the simulator's own table.
DIFFERENCE = """
    with

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
        where not outcomes.is_cancelled
            and not outcomes.is_ended
            and not coalesce(classes.is_police_generated, false)
            and history.detection_mode is distinct from 'police'
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
