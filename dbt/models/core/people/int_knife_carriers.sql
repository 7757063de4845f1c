-- Habitual knife carriers: two or more knife events that still count, of different
-- occurrences and far enough apart. The rule stops being true on the day the last event
-- that is far enough from the newest stops counting.
with

figures as (
    select * from {{ people_figures() }} as held
),

counting as (
    select
        events.*,
        figures.hours_apart,
        figures.minimum_events,
        max(events.event_at) over person as last_event_at,
        count(*) over person as knife_events,
        row_number() over (
            partition by events.force, events.person_id
            order by events.event_at desc, events.occurrence_id
        ) as newest
    from {{ ref('int_knife_events') }} as events
    inner join figures on events.force = figures.force
    where events.counts_until > figures.as_of_date
    window person as (partition by events.force, events.person_id)
),

final as (
    select
        force,
        person_id,
        knife_events::integer as knife_events,
        min(event_on) as first_event_on,
        max(event_on) as last_event_on,
        least(
            max(counts_until) filter (where {{ is_apart() }}),
            max(counts_until) filter (where newest = minimum_events)
        ) as drops_off_on
    from counting
    where knife_events >= minimum_events
    group by force, person_id, knife_events
    having bool_or({{ is_apart() }})
)

select * from final
