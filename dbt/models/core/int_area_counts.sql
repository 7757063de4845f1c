-- Crimes by area, month and type in every area set of a force. A crime in no area of
-- the set counts as outside the force, or as without location: each counts once a set.
{{ config(pre_hook='{{ group_by_hash() }}') }}

with

areas as (
    select * from {{ source('geo', 'areas') }}
),

area_sets as (
    select
        force,
        area_set
    from areas
    union
    select
        force,
        default_area_set
    from {{ ref('dim_force') }}
),

counts as (
    select
        *,
        coalesce(area_ids, '') as combination,
        geocode_quality in ('missing', 'default point') as is_without_point
    from {{ ref('int_crime_counts') }}
),

combinations as (
    select distinct
        force,
        combination
    from counts
),

placed as materialized (
    select
        combinations.force,
        combinations.combination,
        area_sets.area_set,
        areas.area
    from combinations
    inner join area_sets on combinations.force = area_sets.force
    left join areas
        on area_sets.force = areas.force
        and area_sets.area_set = areas.area_set
        and areas.area_id = any(string_to_array(combinations.combination, '|'))
),

final as (
    select
        counts.force,
        placed.area_set,
        {{ area_label('placed.area', 'not counts.is_without_point') }} as area,
        counts.crime_type,
        counts.is_serious_violence,
        sum(counts.crimes) as crimes,
        sum(counts.harm_days) as harm_days,
        counts.month
    from counts
    inner join placed
        on counts.force = placed.force
        and counts.combination = placed.combination
    group by
        counts.force,
        placed.area_set,
        {{ area_label('placed.area', 'not counts.is_without_point') }},
        counts.crime_type,
        counts.is_serious_violence,
        counts.month
)

select * from final
