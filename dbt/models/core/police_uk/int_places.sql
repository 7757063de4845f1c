-- Each published place once, with its point: what is costly in geography is done here
-- and on the models that follow, on some 40,000 places instead of 250,000 crimes.
{{
    config(
        indexes=[{'columns': ['place_id'], 'unique': true}],
        meta={'statistics': ['place_id']},
    )
}}

with

street as (
    select * from {{ ref('stg_police_uk__street') }}
),

generic_labels as (
    select * from {{ ref('generic_labels') }}
),

places as (
    select distinct
        force,
        location,
        lsoa_code,
        longitude,
        latitude
    from street
),

final as (
    select
        {{ place_id('places') }} as place_id,
        places.force,
        places.location,
        case
            when generic_labels.location is null
                and places.location <> 'No Location'
                then {{ street_name('places.location') }}
        end as street_name,
        generic_labels.label as generic_label,
        places.lsoa_code,
        places.longitude,
        places.latitude,
        {{ grid_point('places.longitude', 'places.latitude') }} as geom
    from places
    left join generic_labels on places.location = generic_labels.location
)

select * from final
