-- In every area set, the areas with those outside and without location hold each crime
-- of the force once.

with

areas as (
    select
        force,
        area_set,
        sum(crimes) as crimes
    from {{ ref('area_trends') }}
    group by force, area_set
),

forces as (
    select
        force,
        count(*) as crimes
    from {{ ref('fct_crime') }}
    group by force
)

select
    forces.force,
    areas.area_set,
    forces.crimes,
    areas.crimes as crimes_in_areas
from forces
left join areas on forces.force = areas.force
where areas.crimes is distinct from forces.crimes
