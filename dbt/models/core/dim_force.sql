{{ config(indexes=[{'columns': ['force'], 'unique': true}]) }}
-- depends_on: {{ source('niche_ops', 'niche_mappings') }}
{%- set has_niche = is_built(ref('stg_niche__files')) %}

with

files as (
    select * from {{ ref('stg_police_uk__files') }}
),

geo_forces as (
    select * from {{ source('geo', 'forces') }}
),

settings as (
    select * from {{ source('geo', 'force_settings') }}
),

published as (
    select
        force,
        'police_uk' as source,
        count(*) filter (where kind = 'street') as months_observed,
        min(month) filter (where kind = 'street') as data_from,
        max(month) filter (where kind = 'street') as latest_month,
        (max(month) filter (where kind = 'street') + interval '1 month - 1 day')::date
            as data_to,
        null::timestamptz as data_as_at
    from files
    {%- if has_niche %}
    where force not in {{ niche_forces() }}
    {%- endif %}
    group by force
),

{% if has_niche -%}
extracts as (
    select
        niche_files.force,
        date_trunc('month', min(niche_files.window_from) at time zone mappings.clock)
            as data_from,
        max(niche_files.extracted_at) at time zone mappings.clock as local_as_at,
        max(niche_files.extracted_at) as data_as_at
    from {{ ref('stg_niche__files') }} as niche_files
    inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
        on niche_files.force = mappings.force
    group by niche_files.force, mappings.clock
),

recorded as ( -- noqa: ST03
    select
        force,
        'niche_rms' as source,
        (
            12 * extract(year from age(date_trunc('month', local_as_at), data_from))
            + extract(month from age(date_trunc('month', local_as_at), data_from))
            + 1
        )::bigint as months_observed,
        data_from::date as data_from,
        date_trunc('month', local_as_at)::date as latest_month,
        local_as_at::date as data_to,
        data_as_at
    from extracts
),

{% endif -%}
forces as (
    select * from published
    {%- if has_niche %}
    union all
    select * from recorded
    {%- endif %}
),

final as (
    select
        forces.force,
        coalesce(geo_forces.force_name, initcap(replace(forces.force, '-', ' ')))
            as force_name,
        forces.source,
        coalesce(settings.default_area_set, 'district') as default_area_set,
        geo_forces.area_km2,
        forces.months_observed::integer as months_observed,
        geo_forces.force is not null as has_geography,
        forces.source <> 'police_uk' as is_day_dated,
        forces.data_from,
        forces.latest_month,
        forces.data_to,
        coalesce(
            forces.data_as_at,
            (forces.data_to + 1)::timestamp at time zone '{{ var("time_zone") }}'
        ) as data_as_at
    from forces
    left join geo_forces on forces.force = geo_forces.force
    left join settings on forces.force = settings.force
)

select * from final
