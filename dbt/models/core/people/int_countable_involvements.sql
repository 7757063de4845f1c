-- The involvements that may count for a person, whenever the crime happened. These are
-- left out, so that no rule can count them: people who are or may be eliminated, not
-- proceeded against or acquitted; cancelled crimes; acts of a child under ten; officers
-- and staff; restricted people. It changes when records change, not as time passes.
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
    and involvements.may_be_eliminated is not true
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
