-- Each position as a place: its name, areas and institution. It has the name of the
-- street without the house number, so it is no person's address.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'position_id'],
        on_schema_change='fail',
        indexes=[
            {'columns': ['place_id'], 'unique': true},
            {'columns': ['position_id', 'force']},
        ],
        meta={'statistics': ['place_id', 'force', 'area_ids', 'institution_id']},
    )
}}

with

positions as (
    select * from {{ ref('int_niche_positions') }}
    where {{ is_changed('position_id') }}
),

final as (
    select
        {{ niche_place_id('positions.force', 'positions.position_id') }} as place_id,
        positions.position_id,
        positions.force,
        areas.area_id,
        areas.area_ids,
        positions.hexagon_id,
        institutions.institution_id,
        given.street_name,
        positions.premise_type as generic_label,
        institutions.institution_kind,
        listed.name as institution_name,
        positions.geocode_quality,
        institutions.institution_id is not null as is_at_institution,
        listed.institution_id is not null as is_listed_institution,
        positions.geocode_quality in {{ usable_qualities() }} as is_located,
        positions.geom
    from positions
    inner join {{ ref('int_niche_given_positions') }} as given
        on positions.force = given.force
        and positions.position_id = given.position_id
    left join {{ ref('int_niche_position_areas') }} as areas
        on positions.force = areas.force
        and positions.position_id = areas.position_id
    left join {{ ref('int_niche_position_institutions') }} as institutions
        on positions.force = institutions.force
        and positions.position_id = institutions.position_id
    left join {{ source('geo', 'institutions') }} as listed
        on institutions.institution_id = listed.institution_id
)

select * from final
