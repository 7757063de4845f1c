-- The time of each crime, as far as it is known. A window that ends before it begins,
-- or has no end, counts as its beginning. The hour is known if the window is short and
-- does not begin at a default that systems or people enter (seed `time_defaults`).
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        indexes=[{'columns': ['occurrence_id', 'force'], 'unique': true}],
    )
}}

with

occurrences as (
    select
        occurrences.force,
        occurrences.occurrence_id,
        occurrences.occurred_from,
        greatest(occurrences.occurred_to, occurrences.occurred_from) as occurred_to,
        occurrences.reported_at,
        occurrences.recorded_at,
        coalesce(occurrences.occurred_to < occurrences.occurred_from, false)
            as is_window_reversed,
        mappings.clock
    from {{ ref('stg_niche__occurrences') }} as occurrences
    inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
        on occurrences.force = mappings.force
    where occurrences.is_crime
        and {{ is_changed('occurrence_id', relation='occurrences') }}
),

time_defaults as (
    {{ holding('time_defaults', 'local_time') }}
),

windows as (
    select
        occurrences.*,
        extract(epoch from occurrences.occurred_to - occurrences.occurred_from) / 3600
            as window_hours,
        time_defaults.local_time is not null as starts_at_default
    from occurrences
    left join time_defaults
        on to_char(occurrences.occurred_from at time zone occurrences.clock, 'HH24:MI')
        = time_defaults.local_time
        and extract(second from occurrences.occurred_from) = 0
),

judged as (
    select
        windows.*,
        windows.starts_at_default and (
            windows.window_hours = 0
            or windows.window_hours >= {{ var('default_window_hours') }}
        ) as is_default_time
    from windows
),

final as (
    select
        occurrence_id,
        force,
        {{ patrol_window('occurred_from', 'clock') }} as patrol_window,
        window_hours::double precision as window_hours,
        is_window_reversed,
        coalesce(is_default_time, false) as is_default_time,
        coalesce(
            window_hours <= {{ var('known_time_hours') }} and not is_default_time, false
        ) as is_time_known,
        {{ operational_date('coalesce(occurred_from, reported_at)', 'clock') }}
            as operational_date,
        (reported_at at time zone clock)::date as reported_date,
        (coalesce(recorded_at, reported_at) at time zone clock)::date as recorded_date,
        occurred_from,
        occurred_to,
        reported_at,
        recorded_at
    from judged
)

select * from final
