-- Day against night of each force, area and place: what happens in the windows that
-- patrols are planned by.
with

times as (
    select
        *,
        {{ patrol_window_of_hour('hour') }} as window_name
    from {{ ref('hot_times') }}
),

final as (
    select
        times.force,
        times.level,
        times.subject_id,
        times.subject,
        times.window_name,
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
    from times
    group by
        times.force,
        times.level,
        times.subject_id,
        times.subject,
        times.known_time_events,
        times.unknown_time_events,
        times.unknown_time_share,
        times.window_name
)

select * from final
