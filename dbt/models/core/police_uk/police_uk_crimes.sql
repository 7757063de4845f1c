-- What the publisher gives to core (contract `crimes`).
{{ config(materialized='view', post_hook=[]) }}

select
    {{ crime_key('crimes') }} as crime_key,
    crimes.force,
    crimes.crime_id,
    crimes.place_id,
    crimes.hexagon_id,
    crimes.area_id,
    crimes.area_ids,
    crimes.institution_id,
    crimes.crime_type,
    crimes.outcome,
    crimes.geocode_quality,
    crimes.harm_days,
    crimes.is_serious_violence,
    crimes.is_police_generated,
    crimes.is_at_institution,
    crimes.is_located,
    crimes.month
from {{ ref('int_police_uk_crimes') }} as crimes
