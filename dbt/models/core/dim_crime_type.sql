-- One definition holds for the whole series: the one with the latest start.
{{ config(indexes=[{'columns': ['crime_type'], 'unique': true}]) }}

with

crime_types as (
    select * from {{ ref('crime_types') }}
),

final as (
    select distinct on (crime_type)
        crime_type,
        harm_source,
        definition_version,
        harm_days,
        is_serious_violence,
        is_police_generated,
        valid_from
    from crime_types
    where valid_from <= current_date
    order by crime_type, valid_from desc
)

select * from final
