-- The people who meet a rule of risk of causing serious violence, with their names.
select
    profiles.force_name,
    profiles.area_at_risk as area,
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
    round(listed.score::numeric, 1) as score,
    listed.recent_occurrences,
    listed.crimes_on_evidence,
    listed.crimes_suspected,
    listed.crimes_with_weapon,
    listed.harm_days,
    listed.knife_events,
    listed.last_crime_on,
    profiles.restricted_at_risk as restricted_records
from marts_people.$listed as listed
inner join marts_people.person_profile as profiles
    on listed.force = profiles.force and listed.person_id = profiles.person_id
