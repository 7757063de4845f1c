-- What is known of each event's time. An event without a start, after the newest
-- report or before the history is not among them; one whose hour is not known is kept
-- apart and never spread over the week.
with

rules as (
    select * from {{ latest_definition(ref('time_rules')) }} as held
),

reported as (
    select
        force,
        max(reported_at) as last_reported_at
    from {{ ref('timed_events') }}
    group by force
),

events as (
    select timed.*
    from {{ ref('timed_events') }} as timed
    inner join reported on timed.force = reported.force
    cross join rules
    where timed.occurred_from <= reported.last_reported_at
        and timed.occurred_from > reported.last_reported_at
        - make_interval(years => rules.history_years)
),

final as (
    select
        events.event_id,
        events.force,
        events.area_id,
        events.hexagon_id,
        events.clock,
        {{ time_kind('events.occurred_from', 'events.occurred_to') }} as time_kind,
        not coalesce(events.is_time_known, true)
        or coalesce(
            events.occurred_to - events.occurred_from
            > make_interval(hours => rules.unknown_after_hours),
            false
        ) as is_time_unknown,
        events.occurred_from,
        events.occurred_to
    from events
    cross join rules
)

select * from final
