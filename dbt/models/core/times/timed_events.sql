-- The events that hot times are made of, one row each: the serious violence in public
-- that patrols are planned for. This is the one place where the times part touches the
-- rest of the core.
{{ config(materialized='view') }}

select
    crimes.crime_key as event_id,
    crimes.force,
    crimes.area_id,
    crimes.hexagon_id,
    mappings.clock,
    crimes.is_time_known,
    crimes.occurred_from,
    crimes.occurred_to,
    crimes.reported_at
from {{ ref('int_niche_crimes') }} as crimes
inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
    on crimes.force = mappings.force
where crimes.is_serious_violence
    and crimes.is_public_place
    and not crimes.is_domestic_abuse
    and not crimes.is_police_generated
    and not crimes.is_at_institution
