-- What share of the events the fullest hours of the week hold, and what they would hold
-- if every hour were alike: by chance alone they hold more than their share.
with

times as (
    select
        *,
        row_number() over (
            partition by force, level, subject_id
            order by weight desc, hour_of_week
        ) as hour_rank
    from {{ ref('hot_times') }}
),

sizes as (
    select * from {{ latest_definition(ref('top_hours')) }} as held
),

held as (
    select
        times.force,
        times.level,
        times.subject_id,
        times.subject,
        sizes.definition_version,
        times.known_time_events,
        sizes.hours,
        coalesce(
            sum(times.weight::numeric) / nullif(times.known_time_events, 0), 0
        )::double precision as share
    from times
    inner join sizes on times.hour_rank <= sizes.hours
    group by
        times.force,
        times.level,
        times.subject_id,
        times.subject,
        sizes.definition_version,
        times.known_time_events,
        sizes.hours
),

final as (
    select
        held.force,
        held.level,
        held.subject_id,
        held.subject,
        held.definition_version,
        held.known_time_events,
        held.hours,
        held.share,
        uniform.share_expected as share_if_uniform,
        uniform.share_high as share_if_uniform_high,
        held.share > uniform.share_high as is_beyond_chance
    from held
    left join {{ source('times', 'uniform_shares') }} as uniform
        on held.force = uniform.force
        and held.known_time_events = uniform.events
        and held.hours = uniform.hours
)

select * from final
