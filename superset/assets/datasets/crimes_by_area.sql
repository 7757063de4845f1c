-- Crimes by area, in the force's usual set of areas only. A force may have several sets
-- that cover the same ground, and a sum over all of them would count a crime in each.
with

usual_sets as (
    select distinct
        force,
        area_set
    from marts.map_areas
    where is_default_set
)

select
    area_trends.force_name,
    area_trends.area,
    area_trends.month,
    area_trends.crime_type,
    area_trends.is_serious_violence,
    area_trends.crimes,
    area_trends.harm_days,
    area_trends.crimes_year_before
from marts.area_trends
inner join usual_sets
    on area_trends.force = usual_sets.force
    and area_trends.area_set = usual_sets.area_set
