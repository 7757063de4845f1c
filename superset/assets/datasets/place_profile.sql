-- The crimes of the ranked places, by their names in the ranked list.
select
    force_name,
    area,
    place,
    month,
    crime_type,
    is_serious_violence,
    crimes,
    harm_days
from marts.place_months
