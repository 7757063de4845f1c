-- The roles of each person in each occurrence, once, whichever records and sources say
-- so. Who was eliminated from the enquiry has that as a role of its own, and the roles
-- it ended (seed `role_tiers`) carry its time; a later record without it restores them.
{{
    config(
        indexes=[
            {
                'columns': ['occurrence_id', 'golden_id', 'role', 'force'],
                'unique': true,
            },
        ],
        meta={'subject': 'involvement', 'inputs': ['role_tiers', 'outcome_codes']},
    )
}}

with

events as (
    select
        events.*,
        coalesce(ids.golden_id, events.person_id) as golden_id
    from {{ ref('int_niche_role_events') }} as events
    left join {{ ref('int_niche_person_ids') }} as ids
        on events.person_id = ids.person_id
        and events.force = ids.force
    where events.role is not null
        and {{ niche_only_changed('involvement', relation='events') }}
),

role_tiers as (
    {{ holding('role_tiers', 'role') }}
),

roles as (
    select
        events.occurrence_id,
        events.golden_id,
        events.force,
        events.role,
        coalesce(role_tiers.side, 'neither') as side,
        coalesce(role_tiers.evidence_tier, 0) as evidence_tier,
        min(events.role_from) as role_from,
        case when bool_and(events.role_to is not null) then max(events.role_to) end
            as role_to,
        case
            when bool_and(events.eliminated_at is not null)
                and role_tiers.can_be_eliminated then max(events.eliminated_at)
        end as eliminated_at
    from events
    left join role_tiers on events.role = role_tiers.role
    group by
        events.occurrence_id,
        events.golden_id,
        events.force,
        events.role,
        role_tiers.side,
        role_tiers.evidence_tier,
        role_tiers.can_be_eliminated
),

final as (
    select * from roles
    union all
    select
        occurrence_id,
        golden_id,
        force,
        'eliminated' as role,
        'neither' as side,
        0 as evidence_tier,
        max(eliminated_at) as role_from,
        null as role_to,
        null as eliminated_at
    from roles
    where eliminated_at is not null
    group by occurrence_id, golden_id, force
)

select * from final
