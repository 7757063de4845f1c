{#- The CTEs of a query up to `roles`: each role of a person in an occurrence, once,
    whichever records and sources state it. Elimination from the enquiry is a role of
    its own, and the roles that it ends (seed `role_tiers`) have its time; a role that
    another record states without it stays. The CTEs are not materialized: computing the
    eliminated roles twice, for the few occurrences that have one, is cheaper. -#}
{% macro niche_roles() -%}
events as not materialized (
    select
        events.*,
        coalesce(ids.golden_id, events.person_id) as golden_id
    from {{ ref('int_niche_role_events') }} as events
    left join {{ ref('int_niche_person_ids') }} as ids
        on events.person_id = ids.person_id
        and events.force = ids.force
    where events.role is not null
        and {{ is_changed('involved_occurrence', relation='events') }}
),

role_tiers as (
    {{ holding('role_tiers', 'role') }}
),

stated_roles as (
    select
        occurrence_id,
        golden_id,
        force,
        role,
        min(role_from) as role_from,
        case when bool_and(role_to is not null) then max(role_to) end as role_to,
        case when bool_and(eliminated_at is not null) then max(eliminated_at) end
            as eliminated_at,
        bool_and(eliminated_at is not null or coalesce(is_outdated, false))
            as may_be_eliminated
    from events
    group by occurrence_id, golden_id, force, role
),

tiered as not materialized (
    select
        stated_roles.occurrence_id,
        stated_roles.golden_id,
        stated_roles.force,
        stated_roles.role,
        coalesce(role_tiers.side, 'neither') as side,
        coalesce(role_tiers.evidence_tier, 0) as evidence_tier,
        stated_roles.role_from,
        stated_roles.role_to,
        case when role_tiers.can_be_eliminated then stated_roles.eliminated_at end
            as eliminated_at,
        coalesce(role_tiers.can_be_eliminated, false)
        and stated_roles.may_be_eliminated as may_be_eliminated
    from stated_roles
    left join role_tiers on stated_roles.role = role_tiers.role
),

roles as (
    select * from tiered
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
        null as eliminated_at,
        false as may_be_eliminated
    from tiered
    where eliminated_at is not null
        and occurrence_id = any(array(
            select others.occurrence_id
            from events as others
            where others.eliminated_at is not null
        ))
    group by occurrence_id, golden_id, force
)
{%- endmacro %}
