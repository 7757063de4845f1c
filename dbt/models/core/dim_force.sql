-- The forces with data, each by the one source that counts it: of those that have data
-- of the force the one that the registry prefers.
{{ config(indexes=[{'columns': ['force'], 'unique': true}]) }}

with

counted as (
    select distinct on (reached.force)
        reached.*,
        sources.is_day_dated,
        coalesce(reached.clock, '{{ var("time_zone") }}') as local_clock
    from {{ ref('all_forces') }} as reached
    inner join {{ ref('dim_source') }} as sources on reached.source = sources.source
    order by reached.force, sources.preference
),

dated as (
    select
        *,
        coalesce(data_to, (data_as_at at time zone local_clock)::date) as last_day
    from counted
),

spanned as (
    select
        *,
        date_trunc('month', last_day)::date as latest_month,
        age(
            date_trunc('month', last_day::timestamp),
            date_trunc('month', data_from::timestamp)
        ) as span
    from dated
),

geo_forces as (
    select * from {{ source('geo', 'forces') }}
),

settings as (
    select * from {{ source('geo', 'force_settings') }}
),

final as (
    select
        spanned.force,
        coalesce(geo_forces.force_name, initcap(replace(spanned.force, '-', ' ')))
            as force_name,
        spanned.source,
        coalesce(settings.default_area_set, 'district') as default_area_set,
        spanned.local_clock as clock,
        geo_forces.area_km2,
        coalesce(
            spanned.months_observed,
            12 * extract(year from spanned.span) + extract(month from spanned.span) + 1
        )::integer as months_observed,
        geo_forces.force is not null as has_geography,
        spanned.is_day_dated,
        spanned.data_from,
        spanned.latest_month,
        spanned.last_day as data_to,
        coalesce(
            spanned.data_as_at,
            (spanned.last_day + 1)::timestamp at time zone spanned.local_clock
        ) as data_as_at
    from spanned
    left join geo_forces on spanned.force = geo_forces.force
    left join settings on spanned.force = settings.force
)

select * from final
