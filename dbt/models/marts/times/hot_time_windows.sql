-- Day against night of each force, area and place: what happens in the windows that
-- patrols are planned by.
with

windows as (
    select * from {{ latest_definition(ref('time_windows')) }} as held
),

final as (
    select
        times.force,
        times.level,
        times.subject_id,
        times.subject,
        windows.window_name,
        windows.definition_version,
        sum(times.exposure_hours)::integer as exposure_hours,
        times.known_time_events,
        times.unknown_time_events,
        times.unknown_time_share,
        sum(times.weight::numeric)::double precision as weight,
        coalesce(
            sum(times.weight::numeric) / nullif(times.known_time_events, 0), 0
        )::double precision as weight_share,
        sum(times.expected_share::numeric)::double precision as expected_share,
        (sum(times.weight::numeric) / nullif(sum(times.exposure_hours), 0))
        ::double precision as events_per_hour
    from {{ ref('hot_times') }} as times
    inner join windows
        on (times.hour - windows.hour_from + 24) % 24
        < (windows.hour_to - windows.hour_from + 23) % 24 + 1
    group by
        times.force,
        times.level,
        times.subject_id,
        times.subject,
        times.known_time_events,
        times.unknown_time_events,
        times.unknown_time_share,
        windows.window_name,
        windows.definition_version
)

select * from final
