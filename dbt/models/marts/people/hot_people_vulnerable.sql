-- People vulnerable to serious violence. It is never joined with the list of risk: this
-- list has nothing of what a person did, and that one nothing of what a person
-- suffered.

with

suffered as (
    select
        force,
        person_id,
        count(*)::integer as occurrences_harmed,
        sum(harm_days)::double precision as harm_days_suffered,
        max(occurred_on) as last_harmed_on
    from {{ ref('int_harmed_events') }}
    group by force, person_id
),

final as (
    select
        {{ list_columns() }},
        listed.age_group = 'under 18' as is_under_18,
        coalesce(suffered.occurrences_harmed, 0) as occurrences_harmed,
        coalesce(suffered.harm_days_suffered, 0) as harm_days_suffered,
        suffered.last_harmed_on
    from {{ ref('int_people_listed') }} as listed
    left join suffered
        on listed.force = suffered.force
        and listed.person_id = suffered.person_id
    where listed.list = 'vulnerable'
        and listed.is_shown
)

select * from final
