-- What each Home Office class, and each subclass that has a harm score of its own,
-- counts as. A class without a score takes the median of its subgroup.
{{
    config(
        materialized='table',
        indexes=[{'columns': ['offence_id'], 'unique': true}],
    )
}}

with

titles as (
    select * from {{ ref('offence_titles') }}
),

scope as (
    {{ holding('offence_scope', 'ho_class') }}
),

harm as (
    {{ holding('harm_days', 'ho_class, ho_subclass') }}
),

subgroups as (
    {{ holding('harm_subgroups', 'offence_subgroup') }}
),

codes as (
    select
        ho_class,
        null as ho_subclass
    from titles
    union
    select
        ho_class,
        null as ho_subclass
    from scope
    union
    select
        ho_class,
        ho_subclass
    from harm
),

final as (
    select
        concat_ws('/', codes.ho_class, codes.ho_subclass) as offence_id,
        codes.ho_class,
        codes.ho_subclass,
        titles.title,
        scope.crime_type,
        titles.offence_subgroup,
        titles.offence_group,
        titles.published_category,
        coalesce(harm.harm_version, subgroups.harm_version, 'no score') as harm_version,
        scope.definition_version,
        coalesce(harm.harm_days, subgroups.harm_days, 0) as harm_days,
        coalesce(scope.is_serious_violence, false) as is_serious_violence,
        coalesce(scope.needs_weapon, false) as needs_weapon,
        coalesce(scope.is_police_generated, false) as is_police_generated,
        coalesce(harm.is_fallback, true) as is_harm_fallback
    from codes
    left join titles on codes.ho_class = titles.ho_class
    left join scope on codes.ho_class = scope.ho_class
    left join harm
        on codes.ho_class = harm.ho_class
        and codes.ho_subclass is not distinct from harm.ho_subclass
    left join subgroups on titles.offence_subgroup = subgroups.offence_subgroup
)

select * from final
