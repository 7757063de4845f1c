-- The people of a force who suffered most harm, among those who may be listed and were
-- harmed in enough occurrences that still count.
with

figures as (
    select * from {{ people_figures() }} as held
),

harmed as (
    select
        events.*,
        figures.minimum_events,
        figures.top_people,
        row_number() over (
            partition by events.force, events.person_id
            order by events.occurred_on desc, events.occurrence_id
        ) as newest
    from {{ ref('int_harmed_events') }} as events
    inner join figures on events.force = figures.force
    inner join {{ ref('people_persons') }} as persons
        on events.force = persons.force
        and events.person_id = persons.person_id
    where events.counts_until > figures.as_of_date
        and {{ can_be_listed('persons') }}
),

ranked as (
    select
        force,
        person_id,
        top_people,
        sum(harm_days) as harm_days,
        max(occurred_on) as last_harmed_on,
        max(counts_until) filter (where newest = minimum_events) as holds_until,
        row_number() over (
            partition by force order by sum(harm_days) desc, person_id
        ) as harm_rank
    from harmed
    group by force, person_id, top_people, minimum_events
    having count(*) >= minimum_events
),

final as (
    select
        force,
        person_id,
        harm_days,
        harm_rank::integer as harm_rank,
        last_harmed_on,
        holds_until
    from ranked
    where harm_rank <= top_people
)

select * from final
