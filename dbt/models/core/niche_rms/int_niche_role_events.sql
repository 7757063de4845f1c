-- Every role that involvements, outcomes and courts give to a person in an occurrence;
-- a string of several roles gives several rows. A case that is discontinued after a
-- conviction (a second case on the same crime) does not revoke the conviction; an
-- acquittal does. A decision may be an acquittal, and ends suspicion, while nobody has
-- classified its code, and while a newer row of it is in quarantine.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        indexes=[{'columns': ['occurrence_id']}, {'columns': ['person_id']}],
    )
}}

with

involvements as (
    select * from {{ ref('stg_niche__involvements') }}
    where {{ is_changed('occurrence_id') }}
),

history as (
    select * from {{ ref('crime_history') }}
    where {{ is_changed('occurrence_id') }}
),

outcome_codes as (
    {{ holding('outcome_codes', 'outcome_code') }}
),

final as (
    select
        involvements.occurrence_id,
        involvements.person_id,
        involvements.force,
        unnest(involvements.roles) as role,
        null::integer as sequence,
        false as ends_suspicion,
        involvements.created_at as role_from,
        case
            when {{ has_come('involvements.effective_to', 'moments') }}
                then involvements.effective_to
        end as role_to,
        involvements.eliminated_at,
        involvements.is_outdated
    from involvements
    left join {{ ref('people_as_of') }} as moments on involvements.force = moments.force
    union all
    select
        history.occurrence_id,
        outcomes.person_id,
        history.force,
        outcome_codes.person_role as role,
        history.sequence,
        outcomes.is_outdated
        or outcome_codes.ends_suspicion is not false as ends_suspicion,
        outcomes.outcome_on::timestamp at time zone mappings.clock as role_from,
        null as role_to,
        null as eliminated_at,
        false as is_outdated
    from history
    inner join {{ ref('stg_niche__outcomes') }} as outcomes
        on history.classification_id = outcomes.classification_id
        and history.force = outcomes.force
        and outcomes.person_id is not null
    left join outcome_codes
        on {{ outcome_code('outcomes.outcome_code') }} = outcome_codes.outcome_code
    inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
        on history.force = mappings.force
    where outcomes.is_outdated
        or outcome_codes.outcome_code is null
        or outcome_codes.ends_suspicion
        or outcome_codes.person_role is not null
    union all
    select
        history.occurrence_id,
        results.person_id,
        history.force,
        case results.result when 'guilty' then 'convicted' end as role,
        history.sequence,
        results.is_outdated
        or results.result is null
        or results.result <> 'guilty' and not (
            results.result = 'discontinued'
            and bool_or(results.result = 'guilty' and not results.is_outdated) over (
                partition by results.force, results.classification_id, results.person_id
                order by results.result_on
            )
        ) as ends_suspicion,
        results.result_on::timestamp at time zone mappings.clock as role_from,
        null as role_to,
        null as eliminated_at,
        false as is_outdated
    from history
    inner join {{ ref('stg_niche__court_results') }} as results
        on history.classification_id = results.classification_id
        and history.force = results.force
        and (
            results.result is not null
            or results.result_code is not null
            or results.is_outdated
        )
    inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
        on history.force = mappings.force
)

select * from final
