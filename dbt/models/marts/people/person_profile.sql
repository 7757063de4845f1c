-- The people on the lists; the only mart with names. The area is that of the newest
-- serious violence on the side of the list, else that of the newest offence.
{{ config(indexes=[{'columns': ['person_id']}]) }}

with

listed as (
    select
        force,
        person_id,
        max(age) as age,
        bool_or(list = 'risk' and age_group = 'adult') as is_at_risk,
        bool_or(list = 'risk' and age_group <> 'adult') as is_at_risk_under_18,
        bool_or(list = 'vulnerable') as is_vulnerable
    from {{ ref('int_people_listed') }}
    where is_shown
    group by force, person_id
),

behind_a_list as (
    select
        entries.list,
        evidence.force,
        evidence.person_id,
        evidence.occurrence_id
    from {{ ref('int_risk_evidence') }} as evidence
    inner join {{ ref('int_people_entries') }} as entries
        on evidence.force = entries.force
        and evidence.rule_id = entries.rule_id
        and evidence.person_id = entries.person_id
    union all
    select
        entries.list,
        evidence.force,
        evidence.person_id,
        evidence.occurrence_id
    from {{ ref('int_vulnerability_evidence') }} as evidence
    inner join {{ ref('int_people_entries') }} as entries
        on evidence.force = entries.force
        and evidence.rule_id = entries.rule_id
        and evidence.person_id = entries.person_id
),

not_shown as (
    select
        force,
        person_id,
        (count(distinct occurrence_id) filter (where list = 'risk'))::integer
            as at_risk,
        (count(distinct occurrence_id) filter (where list = 'vulnerable'))::integer
            as vulnerable
    from behind_a_list
    where not {{ is_of_open_occurrence('behind_a_list') }}
    group by force, person_id
),

newest as (
    select distinct on (force, person_id, side)
        force,
        person_id,
        side,
        area_id
    from {{ ref('int_person_history') }}
    where kind = 'offence'
        and area_id is not null
        and coalesce(result, '') not in ('eliminated', 'no further action', 'ended')
    order by
        force, person_id, side, is_serious_violence desc, began_at desc, source_id
),

final as (
    select
        listed.force,
        listed.person_id,
        forces.force_name,
        risk_areas.area as area_at_risk,
        vulnerable_areas.area as area_vulnerable,
        profiles.full_name,
        array_to_string(array_remove(profiles.all_names, profiles.full_name), '; ')
            as other_names,
        coalesce(profiles.full_name, 'Name not known') || ' · '
        || right(listed.person_id, 8) as person,
        listed.age,
        persons.records,
        coalesce(not_shown.at_risk, 0) as restricted_at_risk,
        coalesce(not_shown.vulnerable, 0) as restricted_vulnerable,
        listed.is_at_risk,
        listed.is_at_risk_under_18,
        listed.is_vulnerable,
        persons.is_birth_date_estimated,
        persons.date_of_birth
    from listed
    inner join {{ source('geo', 'forces') }} as forces on listed.force = forces.force
    inner join {{ ref('dim_person') }} as persons
        on listed.force = persons.force
        and listed.person_id = persons.golden_id
    left join {{ ref('person_full_names') }} as profiles
        on listed.force = profiles.force
        and listed.person_id = profiles.golden_id
    left join not_shown
        on listed.force = not_shown.force
        and listed.person_id = not_shown.person_id
    left join newest as at_risk
        on listed.force = at_risk.force
        and listed.person_id = at_risk.person_id
        and at_risk.side = 'causing harm'
    left join newest as vulnerable
        on listed.force = vulnerable.force
        and listed.person_id = vulnerable.person_id
        and vulnerable.side = 'harmed'
    left join {{ source('geo', 'areas') }} as risk_areas
        on at_risk.area_id = risk_areas.area_id
    left join {{ source('geo', 'areas') }} as vulnerable_areas
        on vulnerable.area_id = vulnerable_areas.area_id
)

select * from final
