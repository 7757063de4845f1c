-- Who had which part in which crime, one row a person, crime and role.
{{ config(materialized='view') }}

select
    null::text as force,
    null::text as person_id,
    null::text as crime_id,
    null::text as occurrence_id,
    null::text as occurrence_number,
    null::text as title,
    null::text as role,
    null::text as side,
    null::text as person_result,
    null::integer as evidence_tier,
    null::numeric as harm_days,
    null::boolean as is_current,
    null::boolean as is_serious_violence,
    null::boolean as is_police_generated,
    null::boolean as is_domestic,
    null::boolean as is_injury,
    null::boolean as has_weapon,
    null::boolean as is_knife_recorded,
    null::boolean as is_knife_possession,
    null::boolean as is_knife_held_by_other,
    null::timestamptz as occurred_at,
    null::timestamptz as eliminated_at
where false
