-- The history of the people on a list: offences by side with the strongest role and its
-- result; orders, bail and warnings with the instant of their end. It has nobody else's
-- history and no restricted occurrence. The dashboard reads it through the view
-- `person_history`, which stands on nothing else.
{{
    config(
        schema='marts_private',
        contract={'enforced': false},
        indexes=[{'columns': ['person_id']}],
    )
}}

with

listed as (
    select distinct
        force,
        person_id
    from {{ ref('int_people_listed') }}
    where is_shown
),

records as (
    select
        listed.force,
        listed.person_id,
        unnest(persons.person_ids) as source_person_id
    from listed
    inner join {{ ref('dim_person') }} as persons
        on listed.force = persons.force
        and listed.person_id = persons.golden_id
),

involved as (
    select involvements.* from {{ ref('fct_involvement') }} as involvements
    inner join listed
        on involvements.force = listed.force
        and involvements.golden_id = listed.person_id
    where involvements.side in ('causing harm', 'harmed')
),

offences as (
    select distinct on (
        involved.force, involved.golden_id, crimes.crime_key, involved.side
    )
        involved.*,
        endings.sequence is not null as has_ended,
        crimes.crime_key,
        crimes.occurrence_number,
        crimes.area_id,
        coalesce(titles.title, crimes.recorded_class) as title,
        crimes.outcome,
        crimes.is_serious_violence,
        coalesce(crimes.occurred_from, crimes.reported_at) as occurred_at
    from involved
    inner join {{ ref('int_niche_crimes') }} as crimes
        on involved.occurrence_id = crimes.occurrence_id
        and involved.force = crimes.force
    left join {{ ref('int_niche_endings') }} as endings
        on {{ is_ending_of('endings', 'involved', 'crimes') }}
    left join {{ ref('dim_offence') }} as titles
        on crimes.offence_id = titles.offence_id
    where {{ is_of_open_occurrence('involved') }}
    order by
        involved.force,
        involved.golden_id,
        crimes.crime_key,
        involved.side,
        involved.evidence_tier desc,
        involved.role
),

histories as (
    {{ history_of_offences('offences') }}
    union all
    {{ history_of_marks(ref('stg_niche__orders'), 'order') }}
    union all
    {{ history_of_marks(ref('stg_niche__bails'), 'bail') }}
    union all
    {{ history_of_marks(ref('stg_niche__warnings'), 'warning') }}
),

final as (
    select
        histories.*,
        areas.area,
        forces.clock
    from histories
    inner join {{ ref('people_as_of') }} as forces
        on histories.force = forces.force
    left join {{ source('geo', 'areas') }} as areas
        on histories.area_id = areas.area_id
)

select * from final
