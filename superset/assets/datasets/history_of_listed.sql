-- The records about people on a list: those of its side, and those of neither side.
select
    profiles.force_name,
    profiles.$area as area,
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
where profiles.$is_listed and history.side in ('$side', 'neither')
