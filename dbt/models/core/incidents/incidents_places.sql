-- What tables of crimes give to core (contract `places`): each position with its street
-- or block.
{{ config(indexes=[{'columns': ['place_id'], 'unique': true}]) }}

with

points as (
    select distinct
        {{ incident_place_id('crimes') }} as place_id,
        crimes.force,
        crimes.place,
        crimes.geom
    from {{ ref('stg_incidents__crimes') }} as crimes
),

final as (
    select
        placed.*,
        points.place as street_name
    from {{ on_the_ground('points') }} as placed
    inner join points on placed.place_id = points.place_id
)

select * from final
