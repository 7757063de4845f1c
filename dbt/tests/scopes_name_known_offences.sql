-- A row of a scope that names no offence would count nothing and say nothing.
{{ config(tags=['niche_rms']) }}

select
    scopes.scope,
    scopes.offences
from {{ ref('crime_scopes') }} as scopes
where scopes.offences <> 'every'
    and not exists (
        select
        from {{ ref('dim_offence') }} as offences
        where scopes.offences in (
                offences.offence_id,
                offences.ho_class,
                offences.offence_subgroup,
                offences.offence_group
            )
    )
