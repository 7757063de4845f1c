-- The crimes of the leading places by month and type: what a place profile shows.
-- Crimes at a prison, hospital or police station are left out, as they are of the rank;
-- those of restricted records too, or the list of a place's crimes would tell them.
-- A page asks for one place by the name that the ranked list gives it: several places
-- of a town can share a street name, so the rank is part of it. Place by place, so that
-- the crimes of these are found by their index: 1.1 s to 0.4 s of a million crimes.
{{ config(indexes=[{'columns': ['place', 'force_name']}]) }}

with

places as (
    select * from {{ ref('hot_places') }}
    where rank <= {{ var('profile_places') }}
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
    cross join lateral (
        select
            crimes.month,
            crimes.crime_type,
            crimes.is_serious_violence,
            count(*) as crimes,
            sum(crimes.harm_days) as harm_days
        from {{ ref('place_crimes') }} as crimes
        where crimes.hexagon_id = places.hexagon_id
            and crimes.is_located
            and not crimes.is_at_institution
            and not {{ is_restricted('crimes') }}
        group by crimes.month, crimes.crime_type, crimes.is_serious_violence
    ) as counted
)

select * from final
