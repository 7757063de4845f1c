-- The people vulnerable to serious violence, with their names.
select
    profiles.force_name,
    profiles.area_vulnerable as area,
    profiles.person,
    profiles.age,
    listed.rules,
    listed.entry_rule,
    listed.owner,
    listed.actions,
    listed.has_plan,
    listed.is_confirmed,
    listed.is_review_overdue,
    listed.qualified_on,
    listed.review_on,
    listed.drops_off_on,
    listed.is_under_18,
    listed.occurrences_harmed,
    listed.harm_days_suffered,
    listed.last_harmed_on
from marts_people.hot_people_vulnerable as listed
inner join marts_people.person_profile as profiles
    on listed.force = profiles.force and listed.person_id = profiles.person_id
