-- Which offences are in which scope, and what a crime of them must have. Of rows with
-- the same need the narrowest holds; what brings an offence in by several needs is put
-- together, so that a crime is in a scope once. The empty offence stands for classes
-- that are not known.
{{
    config(
        materialized='table',
        indexes=[{'columns': ['offence_id', 'scope'], 'unique': true}],
    )
}}

with

scopes as (
    {{ holding('crime_scopes', 'scope, offences, needs') }}
),

offences as (
    select
        offence_id,
        ho_class,
        offence_subgroup,
        offence_group
    from {{ ref('dim_offence') }}
    union all
    select
        '' as offence_id,
        null as ho_class,
        null as offence_subgroup,
        null as offence_group
),

ranked as (
    select
        scopes.*,
        offences.offence_id,
        offences.ho_class,
        case scopes.offences
            when offences.ho_class then 2
            when offences.offence_id then 1
            when offences.offence_subgroup then 3
            when offences.offence_group then 4
            when 'every' then 5
        end as breadth
    from scopes
    cross join offences
),

narrowest as (
    select distinct on (scope, offence_id, needs) *
    from ranked
    where breadth is not null
    order by scope, offence_id, needs, breadth
),

final as (
    select
        scope,
        offence_id,
        ho_class,
        (array_agg(offence order by breadth) filter (where offence is not null))[1]
            as offence,
        max(definition_version) as definition_version,
        bool_or(needs = 'nothing') as is_always,
        bool_or(needs = 'knife') as is_with_knife,
        bool_or(needs = 'weapon') as is_with_weapon,
        bool_or(needs = 'domestic abuse') as is_with_domestic_abuse,
        bool_or(needs = 'serious violence') as is_with_serious_violence
    from narrowest
    where is_in_scope
    group by scope, offence_id, ho_class
)

select * from final
