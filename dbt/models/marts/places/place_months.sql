-- Every crime of the leading places by month and type: what a place profile shows.
-- Crimes at a prison, hospital or police station are left out, as they are of the rank.
-- A page asks for one place by the name that the ranked list gives it: several places
-- of a town can share a street name, so the rank is part of it.
{{ config(tags=['designation'], indexes=[{'columns': ['place', 'force_name']}]) }}

with

places as (
    select * from {{ ref('hot_places') }}
    where rank <= {{ var('profile_places') }}
),

crimes as (
    select * from {{ ref('fct_crime') }}
    where is_located
        and not is_at_institution
        and hexagon_id in (select places.hexagon_id from places)
),

counted as (
    select
        hexagon_id,
        month,
        crime_type,
        is_serious_violence,
        count(*) as crimes,
        sum(harm_days) as harm_days
    from crimes
    group by hexagon_id, month, crime_type, is_serious_violence
),

final as (
    select
        places.force,
        places.force_name,
        places.hexagon_id,
        places.place_name,
        places.rank || '. ' || places.place_name as place,
        places.area,
        places.is_designated,
        places.hot_spot_name,
        counted.month,
        counted.crime_type,
        counted.is_serious_violence,
        counted.crimes::integer as crimes,
        counted.harm_days::double precision as harm_days
    from places
    inner join counted on places.hexagon_id = counted.hexagon_id
)

select * from final
