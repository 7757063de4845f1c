-- Crimes by area, month and type in every area set of a force. A crime in no area of
-- the set counts as outside the force, or as without location: each counts once a set.
-- Counted by the combination of areas first, so that the crimes are read only once.
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

combinations as (
    select
        force,
        area_ids,
        geocode_quality in ('missing', 'default point') as is_without_point,
        crime_type,
        is_serious_violence,
        month,
        count(*) as crimes,
        sum(harm_days) as harm_days
    from {{ ref('fct_crime') }}
    group by
        force, area_ids, is_without_point, crime_type, is_serious_violence, month
),

final as (
    select
        combinations.force,
        area_sets.area_set,
        {{ area_label('areas.area', 'not combinations.is_without_point') }} as area,
        combinations.crime_type,
        combinations.is_serious_violence,
        sum(combinations.crimes) as crimes,
        sum(combinations.harm_days) as harm_days,
        combinations.month
    from combinations
    inner join area_sets on combinations.force = area_sets.force
    left join areas
        on area_sets.force = areas.force
        and area_sets.area_set = areas.area_set
        and areas.area_id = any(string_to_array(combinations.area_ids, '|'))
    group by
        combinations.force,
        area_sets.area_set,
        {{ area_label('areas.area', 'not combinations.is_without_point') }},
        combinations.crime_type,
        combinations.is_serious_violence,
        combinations.month
)

select * from final
