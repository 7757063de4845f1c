-- What records management gives to core (contract `places`): every recorded position.
{{ config(materialized='view') }}

select
    place_id,
    force,
    area_id,
    area_ids,
    hexagon_id,
    institution_id,
    street_name,
    generic_label,
    institution_kind,
    institution_name,
    geocode_quality,
    is_at_institution,
    is_listed_institution,
    is_located,
    geom
from {{ ref('int_niche_places') }}
