-- The events that hot times are made of, one row each: the serious violence that a
-- patrol could meet, by the same settings as hot places. This is the one place where
-- the times part touches the rest of the core. A restricted crime counts in the week
-- of its area, not of its place: there the list of crimes would tell its hour.
{{ config(materialized='view') }}

select
    crimes.crime_key as event_id,
    crimes.force,
    crimes.area_id,
    case
        when not {{ is_restricted('crimes') }}
            then coalesce(placed.hexagon_id, crimes.hexagon_id)
    end as hexagon_id,
    forces.clock,
    crimes.is_time_known,
    crimes.occurred_from,
    crimes.occurred_to,
    crimes.reported_at
from {{ ref('all_crimes') }} as crimes
inner join {{ ref('dim_force') }} as forces on crimes.force = forces.force
left join {{ ref('placed_locations') }} as placed on crimes.place_id = placed.place_id
where {{ knows_instants('crimes') }}
    and crimes.is_serious_violence
    and {{ is_met_by_patrols('crimes') }}
    and not crimes.is_at_institution
