-- Who the adults on the list of risk are.
select
    force_name,
    area_at_risk as area,
    person,
    full_name,
    other_names,
    age,
    records,
    date_of_birth,
    is_birth_date_estimated
from marts_people.person_profile
where is_at_risk
