-- When a place is at its worst, in words: the hours in a row with most of its crimes,
-- and the days that stand out in them. Only of places that have a week of their own.
{{ config(tags=['instants']) }}

with

hours as (
    select
        *,
        weight::numeric as weight_exact
    from {{ ref('hot_times') }}
    where level = 'place'
),

spans as (
    select
        hours.subject_id,
        starts.hour_from,
        sum(hours.weight_exact) as weight
    from hours
    inner join generate_series(0, 23) as starts (hour_from)
        on {{ is_in_peak('hours.hour_of_week', 'starts.hour_from') }}
    group by hours.subject_id, starts.hour_from
),

peaks as (
    select distinct on (subject_id) *
    from spans
    order by subject_id, weight desc, hour_from
),

days as (
    select
        hours.subject_id,
        {{ day_of_peak('hours.hour_of_week', 'peaks.hour_from') }} as day,
        sum(hours.weight_exact) as weight
    from hours
    inner join peaks
        on hours.subject_id = peaks.subject_id
        and {{ is_in_peak('hours.hour_of_week', 'peaks.hour_from') }}
    group by hours.subject_id, day
),

named_days as (
    select
        days.subject_id,
        string_agg(
            to_char(date '2024-01-01' + days.day, 'FMDay'), ', ' order by days.day
        ) as peak_days
    from days
    inner join peaks on days.subject_id = peaks.subject_id
    where days.weight >= {{ var('peak_day_excess') }} * peaks.weight / 7
        and days.weight > 0
    group by days.subject_id
),

final as (
    select distinct
        hours.force,
        hours.subject_id as hexagon_id,
        {{ clock_time('peaks.hour_from') }} || ' to '
        || {{ clock_time('peaks.hour_from + ' ~ var('peak_hours')) }} || ' ('
        || round(100 * peaks.weight / hours.known_time_events) || '% of '
        || hours.known_time_events || ' with a known hour)'
        || coalesce(', most on ' || named_days.peak_days, '') as peak_hours,
        named_days.peak_days,
        peaks.hour_from,
        hours.known_time_events,
        (peaks.weight / hours.known_time_events)::double precision as peak_share,
        hours.unknown_time_share
    from hours
    inner join peaks on hours.subject_id = peaks.subject_id
    left join named_days on hours.subject_id = named_days.subject_id
)

select * from final
