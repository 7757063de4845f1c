-- People with one knife event on evidence and enough graded reports from different
-- sources. They are on no list: a named reviewer considers them until the review
-- lapses.

with

figures as (
    select * from {{ people_figures() }} as held
),

events as (
    select * from {{ ref('int_single_knife_events') }}
),

reports as (
    select * from {{ ref('int_knife_reports') }}
),

plans as (
    {{ current_plans() }}
),

final as (
    select
        events.force,
        events.person_id,
        figures.definition_version,
        {{ age_group('persons', 'figures') }} as age_group,
        plans.owner as reviewer,
        reports.intelligence_sources,
        events.event_on,
        reports.last_reported_on,
        {{ review_lapses_on() }} as lapses_on
    from events
    inner join reports
        on events.force = reports.force
        and events.person_id = reports.person_id
    inner join figures on events.force = figures.force
    inner join {{ ref('people_persons') }} as persons
        on events.force = persons.force
        and events.person_id = persons.person_id
    left join plans
        on events.force = plans.force
        and events.person_id = plans.person_id
        and plans.list = 'review'
    where reports.intelligence_sources >= figures.intelligence_minimum
        and {{ review_lapses_on() }} > figures.as_of_date
        and {{ can_be_listed('persons') }}
)

select * from final
