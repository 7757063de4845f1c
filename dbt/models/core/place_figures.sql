-- The figures of the places of this warehouse, one row: the project's variables, or the
-- home's own. What ranks, designates or draws compares its figures with these, so that
-- it never reads scores of other figures.
select
    {{ var('institution_share') }}::double precision as institution_share,
    {{ var('half_life_months') }}::double precision as half_life_months,
    {{ var('harm_power') }}::double precision as harm_power,
    {{ var('public_places_only') }} as public_places_only,
    {{ var('without_domestic_abuse') }} as without_domestic_abuse
