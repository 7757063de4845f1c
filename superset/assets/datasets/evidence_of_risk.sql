-- The evidence for each rule of risk that a person meets, one row each.
select
    profiles.force_name,
    profiles.area_at_risk as area,
    profiles.person,
    evidence.entry_rule,
    evidence.source_kind,
    evidence.occurrence_number,
    evidence.title,
    evidence.detail,
    evidence.harm_days,
    evidence.event_on,
    evidence.counts_until,
    evidence.co_suspects,
    round(evidence.contribution::numeric, 1) as contribution
from marts_people.person_evidence as evidence
inner join marts_people.person_profile as profiles
    on evidence.force = profiles.force and evidence.person_id = profiles.person_id
where profiles.$is_listed
