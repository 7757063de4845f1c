-- The parts in crimes that may count about a person, whenever the crime is said to have
-- been. Not here, so that no rule can count them: who was eliminated, not proceeded
-- against or acquitted; what was cancelled; what a child under ten did; officers, and
-- people behind restricted access. Changes only as records do, not as time goes by.
{{ config(materialized='view') }}

select
    involvements.*,
    (involvements.occurred_at at time zone figures.clock)::date as occurred_on
from {{ ref('people_involvements') }} as involvements
inner join {{ ref('people_persons') }} as persons
    on involvements.force = persons.force
    and involvements.person_id = persons.person_id
inner join {{ people_figures() }} as figures on involvements.force = figures.force
where involvements.side in ('causing harm', 'harmed')
    and involvements.is_current
    and involvements.eliminated_at is null
    and coalesce(involvements.person_result, 'open')
    not in ('no further action', 'not guilty')
    and not persons.is_official
    and not persons.is_restricted
    and not (
        involvements.side = 'causing harm'
        and coalesce(
            {{ age_on(
                'persons.date_of_birth',
                '(involvements.occurred_at at time zone figures.clock)::date'
            ) }} < figures.never_before_age,
            false
        )
    )
