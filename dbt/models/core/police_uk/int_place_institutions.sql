-- Places at an institution: inside the polygon of a listed one, or by a label that
-- names the kind. A label belongs to the nearest listed institution of its kind within
-- `label_institution_m`; without one it stands for an unlisted institution.
{{ config(indexes=[{'columns': ['place_id'], 'unique': true}]) }}

with

places as (
    select * from {{ ref('int_places') }}
),

institutions as (
    select * from {{ source('geo', 'institutions') }}
),

labels as (
    select * from {{ ref('institution_labels') }}
),

by_polygon as (
    select
        places.place_id,
        institutions.institution_id,
        institutions.kind as institution_kind,
        institutions.name as institution_name,
        1 as preference,
        st_distance(st_centroid(institutions.geom), places.geom) as distance_m
    from places
    inner join institutions
        on st_intersects(institutions.geom, places.geom)
        and places.force = institutions.force
),

by_label as (
    select
        places.place_id,
        institutions.institution_id,
        labels.institution_kind,
        coalesce(institutions.name, labels.institution_name) as institution_name,
        2 as preference,
        st_distance(institutions.geom, places.geom) as distance_m
    from places
    inner join labels on places.location = labels.location
    left join institutions
        on st_dwithin(institutions.geom, places.geom, {{ var('label_institution_m') }})
        and places.force = institutions.force
        and labels.institution_kind = institutions.kind
),

candidates as (
    select * from by_polygon
    union all
    select * from by_label
),

final as (
    select distinct on (place_id)
        place_id,
        institution_id,
        institution_kind,
        institution_name
    from candidates
    order by place_id, preference, distance_m, institution_id
)

select * from final
