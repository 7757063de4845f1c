-- One row per person, occurrence and role. `is_standing` says which rows count: the
-- role has not ended, and the occurrence has a crime that counts; on the side of
-- causing harm the person is also neither eliminated, as far as is known, nor has the
-- matter closed with no further action. Memoize is off because most people occur only
-- once or twice.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        meta={'changed_key': 'involved_occurrence'},
        pre_hook=['{{ share_among_workers() }}', 'set local enable_memoize = off'],
        indexes=[
            {
                'columns': ['occurrence_id', 'golden_id', 'role', 'force'],
                'unique': true,
            },
            {'columns': ['golden_id', 'force']},
        ],
    )
}}

with

{{ niche_roles() }},

crimes as (
    select
        force,
        occurrence_id,
        count(*) as crimes
    from {{ ref('int_niche_offences') }}
    where {{ is_changed('involved_occurrence') }}
    group by force, occurrence_id
),

endings as (
    select
        force,
        occurrence_id,
        golden_id,
        count(*) as crimes,
        max(ended_at) as ended_at
    from {{ ref('int_niche_endings') }}
    where {{ is_changed('involved_occurrence') }}
    group by force, occurrence_id, golden_id
),

final as (
    select
        roles.occurrence_id,
        roles.golden_id,
        roles.force,
        roles.role,
        roles.side,
        roles.evidence_tier,
        coalesce(crimes.crimes, 0)::integer as crimes,
        crimes.crimes is not null
        and roles.role_to is null
        and not roles.may_be_eliminated
        and (
            roles.side <> 'causing harm'
            or endings.crimes is distinct from crimes.crimes
        ) as is_standing,
        roles.role_from,
        roles.role_to,
        roles.eliminated_at,
        roles.may_be_eliminated,
        case
            when roles.side = 'causing harm' and endings.crimes = crimes.crimes
                then endings.ended_at
        end as no_further_action_at
    from roles
    left join crimes
        on roles.occurrence_id = crimes.occurrence_id
        and roles.force = crimes.force
    left join endings
        on roles.occurrence_id = endings.occurrence_id
        and roles.golden_id = endings.golden_id
        and roles.force = endings.force
)

select * from final
