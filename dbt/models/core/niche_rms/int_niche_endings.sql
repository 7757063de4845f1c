-- Suspicion that ended without charge, caution or conviction, for people on the side of
-- causing harm. A person's own decisions come first: suspicion ended if the latest
-- decision on every crime ended it. For a person without decisions of their own it
-- ended when every crime of the occurrence was closed with no further action.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        meta={'changed_key': 'involved_occurrence'},
        indexes=[{'columns': ['occurrence_id', 'golden_id', 'force'], 'unique': true}],
    )
}}

with

role_tiers as (
    {{ holding('role_tiers', 'role') }}
),

events as (
    select
        events.*,
        role_tiers.role is not null as is_suspected,
        coalesce(ids.golden_id, events.person_id) as golden_id
    from {{ ref('int_niche_role_events') }} as events
    left join role_tiers
        on events.role = role_tiers.role
        and role_tiers.side = 'causing harm'
    left join {{ ref('int_niche_person_ids') }} as ids
        on events.person_id = ids.person_id
        and events.force = ids.force
    where (role_tiers.role is not null or events.sequence is not null)
        and {{ is_changed('involved_occurrence', relation='events') }}
),

decisions as (
    select distinct on (force, occurrence_id, golden_id, sequence) *
    from events
    where sequence is not null
    order by
        force,
        occurrence_id,
        golden_id,
        sequence,
        role_from desc nulls last,
        ends_suspicion
),

own as (
    select
        force,
        occurrence_id,
        golden_id,
        bool_and(ends_suspicion) as has_ended,
        max(role_from) as ended_at
    from decisions
    group by force, occurrence_id, golden_id
),

closed as (
    select
        offences.force,
        offences.occurrence_id,
        max(outcomes.outcome_on) as closed_on
    from {{ ref('int_niche_offences') }} as offences
    left join {{ ref('int_niche_latest_outcomes') }} as outcomes
        on offences.occurrence_id = outcomes.occurrence_id
        and offences.sequence = outcomes.sequence
        and offences.force = outcomes.force
    where {{ is_changed('involved_occurrence', relation='offences') }}
    group by offences.force, offences.occurrence_id
    having bool_and(coalesce(outcomes.ends_suspicion, false))
),

final as (
    select distinct
        events.occurrence_id,
        events.golden_id,
        events.force,
        coalesce(own.ended_at, closed.closed_on::timestamp at time zone mappings.clock)
            as ended_at
    from events
    inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
        on events.force = mappings.force
    left join own
        on events.occurrence_id = own.occurrence_id
        and events.golden_id = own.golden_id
        and events.force = own.force
    left join closed
        on events.occurrence_id = closed.occurrence_id
        and events.force = closed.force
    where events.is_suspected
        and coalesce(own.has_ended, closed.closed_on is not null)
)

select * from final
