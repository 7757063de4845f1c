-- The crimes of which suspicion of a person ended without charge, caution or
-- conviction, for people on the side of causing harm. A person's own decisions come
-- first: suspicion of a crime ended if the latest decision on it ended it, and of every
-- crime if that is so for each that was decided. For a person without decisions of
-- their own it ended when every crime of the occurrence was closed with no further
-- action. An ending has happened whatever its date, because it protects: without a date
-- it is the latest.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        meta={'changed_key': 'involved_occurrence'},
        indexes=[
            {
                'columns': ['occurrence_id', 'golden_id', 'sequence', 'force'],
                'unique': true,
            },
        ],
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

suspected as (
    select distinct
        force,
        occurrence_id,
        golden_id
    from events
    where is_suspected
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
        coalesce(
            role_from, case when ends_suspicion then 'infinity'::timestamptz end
        ) desc nulls last,
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

crimes as not materialized (
    select
        force,
        occurrence_id,
        sequence
    from {{ ref('int_niche_offences') }}
    where {{ is_changed('involved_occurrence') }}
),

closed as (
    select
        crimes.force,
        crimes.occurrence_id,
        max(outcomes.outcome_on) as closed_on
    from crimes
    left join {{ ref('int_niche_latest_outcomes') }} as outcomes
        on crimes.occurrence_id = outcomes.occurrence_id
        and crimes.sequence = outcomes.sequence
        and crimes.force = outcomes.force
    group by crimes.force, crimes.occurrence_id
    having bool_and(coalesce(outcomes.ends_suspicion, false))
),

final as (
    select
        suspected.occurrence_id,
        suspected.golden_id,
        suspected.force,
        crimes.sequence,
        case
            when own.has_ended is null
                then closed.closed_on::timestamp at time zone mappings.clock
            when own.has_ended then own.ended_at
            else decisions.role_from
        end as ended_at
    from suspected
    inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
        on suspected.force = mappings.force
    inner join crimes
        on suspected.occurrence_id = crimes.occurrence_id
        and suspected.force = crimes.force
    left join own
        on suspected.occurrence_id = own.occurrence_id
        and suspected.golden_id = own.golden_id
        and suspected.force = own.force
    left join decisions
        on suspected.occurrence_id = decisions.occurrence_id
        and suspected.golden_id = decisions.golden_id
        and suspected.force = decisions.force
        and crimes.sequence = decisions.sequence
    left join closed
        on suspected.occurrence_id = closed.occurrence_id
        and suspected.force = closed.force
    where own.has_ended
        or decisions.ends_suspicion
        or (own.has_ended is null and closed.occurrence_id is not null)
)

select * from final
