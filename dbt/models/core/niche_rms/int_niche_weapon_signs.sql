-- Domestic abuse and weapons of each occurrence that has a flag, a weapon or a text
-- about knives. The three signs of a knife are columns of their own, and so is the
-- decision.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        indexes=[{'columns': ['occurrence_id', 'force'], 'unique': true}],
    )
}}

with

signs as (
    select
        flags.force,
        flags.occurrence_id,
        flags.flag,
        null as weapon,
        null as knife_text,
        null::boolean as is_knife_denied
    from {{ ref('stg_niche__flags') }} as flags
    left join {{ ref('people_as_of') }} as moments on flags.force = moments.force
    where not {{ has_come('flags.ended_at', 'moments') }}
        and {{ is_changed('occurrence_id', relation='flags') }}
    union all
    select
        force,
        occurrence_id,
        null as flag,
        weapon,
        null as knife_text,
        null as is_knife_denied
    from {{ ref('stg_niche__weapons') }}
    where {{ is_changed('occurrence_id') }}
    union all
    select
        force,
        occurrence_id,
        null as flag,
        null as weapon,
        knife_text,
        is_knife_denied
    from {{ ref('int_niche_knife_texts') }}
    where {{ is_changed('occurrence_id') }}
),

weapon_scope as (
    {{ holding('weapon_scope', 'weapon') }}
),

gathered as (
    select
        signs.occurrence_id,
        signs.force,
        max(signs.knife_text) as knife_text,
        coalesce(bool_or(signs.flag = 'domestic abuse'), false) as is_domestic_abuse,
        coalesce(bool_or(signs.flag = 'knife'), false) as is_knife_flagged,
        coalesce(bool_or(weapon_scope.is_knife), false) as is_knife_weapon,
        coalesce(bool_or(signs.is_knife_denied), false) as is_knife_denied,
        coalesce(
            bool_or(weapon_scope.is_weapon_present)
            or bool_or(signs.flag in ('firearm', 'corrosive')),
            false
        ) as is_weapon_recorded
    from signs
    left join weapon_scope on signs.weapon = weapon_scope.weapon
    group by signs.occurrence_id, signs.force
),

final as (
    select
        gathered.*,
        {{ knife_decision('gathered', 'decision') }} as knife_decision,
        {{ knife_decision('gathered', 'source') }} as knife_source
    from gathered
)

select * from final
