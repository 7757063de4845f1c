-- Positions at an institution: inside the polygon of a listed institution, or at
-- premises whose kind is one (seed `location_scope`). Premises belong to the nearest
-- listed institution of their kind within `label_institution_m`; otherwise they are an
-- unlisted institution.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'position_id'],
        on_schema_change='fail',
        indexes=[{'columns': ['position_id', 'force'], 'unique': true}],
    )
}}

with

positions as (
    select * from {{ ref('int_niche_positions') }}
    where geocode_quality in {{ usable_qualities() }}
        and {{ is_changed('position_id') }}
),

institutions as (
    select * from {{ source('geo', 'institutions') }}
),

location_scope as (
    {{ holding('location_scope', 'location_type') }}
),

candidates as (
    select
        positions.force,
        positions.position_id,
        institutions.institution_id,
        institutions.kind as institution_kind,
        1 as preference,
        st_distance(st_centroid(institutions.geom), positions.geom) as distance_m
    from positions
    inner join institutions
        on st_intersects(institutions.geom, positions.geom)
        and positions.force = institutions.force
    union all
    select
        positions.force,
        positions.position_id,
        coalesce(
            institutions.institution_id,
            location_scope.institution_kind || '@' || coalesce(
                positions.hexagon_id, positions.position_id
            )
        ) as institution_id,
        location_scope.institution_kind,
        2 as preference,
        st_distance(institutions.geom, positions.geom) as distance_m
    from positions
    inner join location_scope
        on positions.premise_type = location_scope.location_type
        and location_scope.institution_kind is not null
    left join institutions
        on st_dwithin(
            institutions.geom, positions.geom, {{ var('label_institution_m') }}
        )
        and positions.force = institutions.force
        and location_scope.institution_kind = institutions.kind
),

final as (
    select distinct on (force, position_id)
        position_id,
        force,
        institution_id,
        institution_kind
    from candidates
    order by force, position_id, preference, distance_m, institution_id
)

select * from final
