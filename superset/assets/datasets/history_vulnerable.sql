-- What people on the list of the vulnerable suffered, and the warnings that hold.
select
    profiles.force_name,
    profiles.area_vulnerable as area,
    profiles.person,
    history.kind,
    history.side,
    history.occurrence_number,
    history.title,
    history.role,
    history.result,
    history.detail,
    history.began_at,
    history.ends_at,
    history.area as place_of_it
from marts_people.person_history as history
inner join marts_people.person_profile as profiles
    on history.force = profiles.force and history.person_id = profiles.person_id
where profiles.is_vulnerable and history.side in ('harmed', 'neither')
