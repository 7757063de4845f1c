-- The time of each crime, as far as it is known. A window that ends before it begins,
-- or has no end, counts as its beginning. An event cannot be later than its report:
-- such a beginning is emptied, and the crime counts on the day of its report. The hour
-- is known if the source wrote one and the window is short. Whether a minute is one
-- that the system writes for "not known" is decided by the data of all crimes
-- (`int_niche_default_minutes`); `default_minute` is what may be one.
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

event_bounds as (
    {{ holding('date_bounds', 'bounds') }}
),

occurrences as (
    select
        occurrences.*,
        coalesce(
            occurrences.occurred_from
            > occurrences.reported_at + make_interval(days => event_bounds.days_after),
            false
        ) as is_after_report,
        mappings.clock
    from {{ ref('stg_niche__occurrences') }} as occurrences
    inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
        on occurrences.force = mappings.force
    left join event_bounds on event_bounds.bounds = 'event'
    where occurrences.is_crime
        and {{ is_changed('occurrence_id', relation='occurrences') }}
),

believed as (
    select
        force,
        occurrence_id,
        clock,
        is_after_report,
        case when not is_after_report then occurred_from end as occurred_from,
        coalesce(occurred_from_is_day and not is_after_report, false) as is_day_only,
        occurred_to
        + case when occurred_to_is_day then interval '1 day' else interval '0' end
            as occurred_to,
        reported_at,
        coalesce(reported_at_is_day, false) as is_report_day_only,
        recorded_at
    from occurrences
),

windows as (
    select
        force,
        occurrence_id,
        clock,
        is_after_report,
        occurred_from,
        is_day_only,
        greatest(occurred_to, occurred_from) as occurred_to,
        reported_at,
        is_report_day_only,
        recorded_at,
        coalesce(occurred_to < occurred_from, false) as is_window_reversed,
        extract(epoch from greatest(occurred_to, occurred_from) - occurred_from) / 3600
            as window_hours,
        (occurred_from at time zone clock)::date as occurred_date
    from believed
),

final as (
    select
        occurrence_id,
        force,
        case when not is_day_only then {{ patrol_window('occurred_from', 'clock') }} end
            as patrol_window,
        {{ possible_default_minute() }} as default_minute,
        window_hours::double precision as window_hours,
        is_after_report,
        is_window_reversed,
        {{ is_hour_known() }} as is_time_known,
        occurred_date,
        case
            when occurred_from is not null and is_day_only then occurred_date
            when occurred_from is not null
                then {{ operational_date('occurred_from', 'clock') }}
            when reported_at is not null and is_report_day_only
                then (reported_at at time zone clock)::date
            else {{ operational_date('coalesce(reported_at, recorded_at)', 'clock') }}
        end as operational_date,
        (reported_at at time zone clock)::date as reported_date,
        (coalesce(recorded_at, reported_at) at time zone clock)::date as recorded_date,
        occurred_from,
        occurred_to,
        reported_at,
        recorded_at
    from windows
)

select * from final
