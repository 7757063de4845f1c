-- What the facts of a force are built from, as one number: definitions, geography and
-- outcome files. When it changes, the force's facts are built again.
{{ config(indexes=[{'columns': ['force'], 'unique': true}]) }}

{%- set definitions = {
    'dim_crime_type': 'harm_days, crime_type, is_serious_violence, is_police_generated',
    'outcomes': 'outcome, finality',
    'institution_labels': 'location, institution_kind, institution_name',
    'generic_labels': 'location',
    'default_points': 'force, longitude, latitude',
} %}
{%- set geography = {
    'forces': 'st_asbinary(geom)',
    'force_settings': 'default_area_set',
    'areas': 'area_id, area_set, st_asbinary(geom)',
    'hexagons': 'hexagon_id',
    'institutions': 'institution_id, kind, name, st_asbinary(geom)',
} %}

with

forces as (
    select distinct force from {{ ref('stg_police_uk__files') }}
),

inputs as (
    {%- for model, columns in definitions.items() %}
    select
        null as force,
        '{{ model }}' as input,
        {{ fingerprint(columns) }} as content
    from {{ ref(model) }}
    union all
    {%- endfor %}
    {%- for table, columns in geography.items() %}
    select
        force,
        '{{ table }}' as input,
        {{ fingerprint(columns) }} as content
    from {{ source('geo', table) }}
    group by force
    union all
    {%- endfor %}
    select
        null as force,
        'codes of 2011' as input,
        {{ fingerprint('lsoa_code') }} as content
    from {{ source('geo', 'lsoa11_codes') }}
    union all
    select
        null as force,
        'area neighbourhoods' as input,
        {{ fingerprint('area_id, lsoa_code') }} as content
    from {{ source('geo', 'area_lsoas') }}
    union all
    select
        null as force,
        'settings' as input,
        {{ var('outside_force_m') }} + 1e6 * {{ var('label_institution_m') }} as content
    union all
    select
        force,
        'outcome files' as input,
        {{ fingerprint('file_id') }} as content
    from {{ ref('stg_police_uk__files') }}
    where kind = 'outcomes'
    group by force
),

final as (
    select
        forces.force,
        hashtext(
            string_agg(inputs.input || inputs.content, '|' order by inputs.input)
        ) as inputs_version
    from forces
    left join inputs on coalesce(inputs.force, forces.force) = forces.force
    group by forces.force
)

select * from final
