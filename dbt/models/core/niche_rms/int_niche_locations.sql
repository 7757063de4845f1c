-- The place of each occurrence and its kind. A place counts as public only if its kind
-- is known to be public.
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
    select * from {{ ref('stg_niche__occurrences') }}
    where is_crime
        and {{ is_changed('occurrence_id') }}
),

location_scope as (
    {{ holding('location_scope', 'location_type') }}
),

placed as (
    select
        occurrences.occurrence_id,
        occurrences.force,
        chosen.position_id,
        positions.hexagon_id,
        coalesce(occurrences.location_type, positions.premise_type) as location_type,
        coalesce(positions.geocode_quality, 'missing') as geocode_quality
    from occurrences
    left join {{ ref('int_niche_chosen_positions') }} as chosen
        on occurrences.occurrence_id = chosen.occurrence_id
        and occurrences.force = chosen.force
    left join {{ ref('int_niche_positions') }} as positions
        on chosen.position_id = positions.position_id
        and chosen.force = positions.force
),

final as (
    select
        placed.occurrence_id,
        placed.force,
        placed.position_id,
        placed.hexagon_id,
        position_areas.area_id,
        position_areas.area_ids,
        coalesce(
            institutions.institution_id,
            location_scope.institution_kind || '@'
            || coalesce(placed.hexagon_id, placed.position_id, placed.occurrence_id)
        ) as institution_id,
        coalesce(institutions.institution_kind, location_scope.institution_kind)
            as institution_kind,
        placed.location_type,
        placed.geocode_quality,
        placed.geocode_quality in {{ usable_qualities() }} as is_located,
        coalesce(institutions.institution_kind, location_scope.institution_kind)
        is not null as is_at_institution,
        coalesce(location_scope.is_public_place, false) as is_public_place,
        coalesce(location_scope.is_dwelling, false) as is_dwelling
    from placed
    left join location_scope on placed.location_type = location_scope.location_type
    left join {{ ref('int_niche_position_areas') }} as position_areas
        on placed.position_id = position_areas.position_id
        and placed.force = position_areas.force
    left join {{ ref('int_niche_position_institutions') }} as institutions
        on placed.position_id = institutions.position_id
        and placed.force = institutions.force
)

select * from final
