-- The people who are recorded as holding a knife in an occurrence.
{{ config(materialized='view') }}

with

scope as (
    {{ holding('weapon_scope', 'weapon') }}
),

final as (
    select
        weapons.force,
        weapons.occurrence_id,
        array_agg(distinct weapons.golden_id) as holders
    from {{ ref('fct_weapon') }} as weapons
    inner join scope
        on weapons.weapon = scope.weapon
        and scope.is_knife
    where weapons.golden_id is not null
    group by weapons.force, weapons.occurrence_id
)

select * from final
