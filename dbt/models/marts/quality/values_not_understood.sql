-- Values of records that the warehouse could not take as they are: codes that nobody
-- has classified, and dates that cannot be. The records are there; this says what was
-- assumed.
{{ config(tags=['niche_rms']) }}

with

found as (
    select
        force,
        'code without a term' as kind,
        entity,
        field,
        code as what,
        assumed,
        records
    from {{ ref('unmapped_codes') }}
    union all
    select
        force,
        'date that cannot be' as kind,
        entity,
        field,
        reason as what,
        case
            when reason like '%kept' then 'as written'
            else 'empty'
        end as assumed,
        records
    from {{ ref('date_faults') }}
),

final as (
    select
        found.force,
        coalesce(forces.force_name, found.force) as force_name,
        found.kind,
        found.entity,
        found.field,
        found.what,
        found.assumed,
        found.records
    from found
    left join {{ ref('dim_force') }} as forces on found.force = forces.force
)

select * from final
