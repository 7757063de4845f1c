-- Where crime happened, of whatever source: points that a publisher snapped to, and
-- positions that a force recorded.
{{ config(materialized='view', post_hook=[]) }}
{%- set sources = ['int_police_uk_places'] %}
{%- if is_built(ref('int_niche_places')) %}
{%- do sources.append('int_niche_places') %}
{%- endif %}

{%- for source in sources %}
{{ 'union all' if not loop.first }}
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
from {{ ref(source) }}
{%- endfor %}
