-- How often each local hour of the week came in the time a force's events span: the
-- hour that the clocks repeat in autumn twice, the one they skip in spring not at all.
with

spans as (
    select
        force,
        min(clock) as clock,
        date_trunc('hour', min(occurred_from)) as first_hour,
        date_trunc('hour', max(occurred_from)) as last_hour
    from {{ ref('int_event_times') }}
    group by force
),

hours as (
    select
        spans.force,
        {{ hour_of_week('(passed.hour at time zone spans.clock)') }} as hour_of_week
    from spans
    cross join lateral generate_series(
        spans.first_hour, spans.last_hour, interval '1 hour'
    ) as passed (hour)
),

final as (
    select
        spans.force,
        week.hour_of_week::smallint as hour_of_week,
        count(hours.hour_of_week)::integer as exposure_hours
    from spans
    cross join generate_series(0, 167) as week (hour_of_week)
    left join hours
        on spans.force = hours.force
        and week.hour_of_week = hours.hour_of_week
    group by spans.force, week.hour_of_week
)

select * from final
