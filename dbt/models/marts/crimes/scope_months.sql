-- Recorded crime by scope, offence and month of recording. Each scope is counted by
-- itself, and a crime can be in several: their figures are never added.
{{ config(tags=['niche_rms']) }}

with

counted as (
    select
        force,
        scope,
        offence,
        recorded_month,
        max(definition_version) as definition_version,
        (count(*) filter (where is_counted))::integer as crimes,
        (count(*) filter (where not is_counted))::integer as crimes_to_review
    from {{ ref('crimes_by_scope') }}
    group by force, scope, offence, recorded_month
),

final as (
    select
        counted.force,
        forces.force_name,
        counted.scope,
        counted.offence,
        counted.recorded_month,
        counted.definition_version,
        counted.crimes,
        counted.crimes_to_review
    from counted
    inner join {{ ref('dim_force') }} as forces on counted.force = forces.force
)

select * from final
