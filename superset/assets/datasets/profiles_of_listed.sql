-- The profiles of the people on a list.
select
    force_name,
    $area as area,
    person,
    full_name,
    other_names,
    age,
    records,
    $restricted as restricted_records,
    date_of_birth,
    is_birth_date_estimated
from marts_people.person_profile
where $is_listed
