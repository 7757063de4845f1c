-- The time of each crime, as far as it is known. A window that ends before it begins,
-- or has no end, counts as its beginning. The hour is known if the source wrote one and
-- the window is short. `default_minute` is what the source may have entered for "not
-- known"; the data of all crimes decide (`int_incident_default_minutes`).
with

crimes as (
    select
        *,
        greatest(occurred_to, occurred_from) as ended_at,
        extract(epoch from greatest(occurred_to, occurred_from) - occurred_from) / 3600
            as window_hours
    from {{ ref('stg_incidents__crimes') }}
),

final as (
    select
        force,
        reference,
        case when not is_day_only then {{ patrol_window('occurred_from', 'clock') }} end
            as patrol_window,
        {{ possible_default_minute() }} as default_minute,
        {{ is_hour_known() }} as is_time_known,
        (coalesce(occurred_from, reported_at) at time zone clock)::date
            as occurred_date,
        case
            when is_day_only or occurred_from is null
                then (coalesce(occurred_from, reported_at) at time zone clock)::date
            else {{ operational_date('occurred_from', 'clock') }}
        end as operational_date,
        occurred_from,
        ended_at as occurred_to,
        reported_at
    from crimes
)

select * from final
