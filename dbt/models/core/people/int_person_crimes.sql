-- What counts about a person: one row a person, crime and side (causing harm, harmed),
-- with the strongest evidence. Who was eliminated, not proceeded against or acquitted,
-- what was cancelled, what a child under ten did, and what officers or people behind
-- restricted access had to do with it is not here, so no rule can count it.
{{ config(indexes=[{'columns': ['person_id']}, {'columns': ['crime_id']}]) }}

with

figures as (
    select * from {{ people_figures() }} as held
),

tiers as (
    select * from {{ latest_definition(ref('evidence_tiers')) }} as held
),

counted as (
    select
        involvements.*,
        (involvements.occurred_at at time zone figures.clock)::date as occurred_on
    from {{ ref('people_involvements') }} as involvements
    inner join {{ ref('people_persons') }} as persons
        on involvements.force = persons.force
        and involvements.person_id = persons.person_id
    inner join figures on involvements.force = figures.force
    where involvements.side in ('causing harm', 'harmed')
        and involvements.is_current
        and involvements.eliminated_at is null
        and coalesce(involvements.person_result, 'open')
        not in ('no further action', 'not guilty')
        and involvements.occurred_at <= figures.as_of
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
),

strongest as (
    select distinct on (force, crime_id, person_id, side) *
    from counted
    order by force, crime_id, person_id, side, evidence_tier desc, role
),

shared as (
    select
        *,
        case
            when side = 'causing harm'
                then (count(*) over (partition by force, crime_id, side))::integer
            else 1
        end as co_suspects
    from strongest
),

final as (
    select
        shared.*,
        coalesce(tiers.evidence, shared.role) as evidence,
        coalesce(tiers.is_evidential, false) as is_evidential,
        coalesce(tiers.evidence_weight, 0) as evidence_weight,
        trim_scale(round(shared.harm_days / shared.co_suspects, 6)) as harm_days_split
    from shared
    left join tiers
        on shared.side = 'causing harm'
        and shared.evidence_tier = tiers.evidence_tier
)

select * from final
