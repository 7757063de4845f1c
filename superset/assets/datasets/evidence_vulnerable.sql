-- The evidence for each rule by which a person is vulnerable, one row each.
select
    profiles.force_name,
    profiles.area_vulnerable as area,
    profiles.person,
    evidence.entry_rule,
    evidence.source_kind,
    evidence.occurrence_number,
    evidence.title,
    evidence.detail,
    evidence.harm_days,
    evidence.event_on,
    evidence.counts_until
from marts_people.vulnerability_evidence as evidence
inner join marts_people.person_profile as profiles
    on evidence.force = profiles.force and evidence.person_id = profiles.person_id
where profiles.is_vulnerable
