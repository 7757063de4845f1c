-- What is on record about the people on a list: offences by side with the strongest
-- role and what became of it, orders, bail and warnings with the moment they end.
-- Nobody else's, and nothing of an occurrence behind restricted access.
{{ config(indexes=[{'columns': ['person_id']}], tags=['confirmation']) }}

with

listed as (
    select distinct
        force,
        person_id
    from {{ ref('int_people_listed') }}
    where is_shown
),

restricted as (
    select access_domain
    from {{ latest_definition(ref('restricted_domains')) }} as held
    where is_restricted
),

offences as (
    select distinct on (
        involvements.force,
        involvements.person_id,
        involvements.crime_id,
        involvements.side
    )
        involvements.*,
        crimes.outcome,
        crimes.area_id
    from {{ ref('people_involvements') }} as involvements
    inner join listed
        on involvements.force = listed.force
        and involvements.person_id = listed.person_id
    inner join {{ ref('int_niche_crimes') }} as crimes
        on involvements.crime_id = crimes.crime_key
    left join restricted on crimes.access_domain = restricted.access_domain
    where involvements.side in ('causing harm', 'harmed')
        and restricted.access_domain is null
    order by
        involvements.force,
        involvements.person_id,
        involvements.crime_id,
        involvements.side,
        involvements.evidence_tier desc,
        involvements.role
),

final as (
    {{ history_of_offences('offences') }}
    union all
    {{ history_of_marks(ref('fct_order'), 'order') }}
    union all
    {{ history_of_marks(ref('fct_bail'), 'bail') }}
    union all
    {{ history_of_marks(ref('fct_warning'), 'warning') }}
)

select * from final
