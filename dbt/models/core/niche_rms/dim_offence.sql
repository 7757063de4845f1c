-- What each Home Office class counts as, and each subclass that has a scope or a harm
-- score of its own. A subclass that lacks one of them has that of its class; a class
-- without a score takes the median of its subgroup.
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
    {{ holding('offence_scope', 'ho_class, ho_subclass') }}
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
        ho_subclass
    from scope
    union
    select
        ho_class,
        ho_subclass
    from harm
),

-- The row of the subclass where there is one, else that of the class.
codes_in_scope as (
    select distinct on (codes.ho_class, codes.ho_subclass)
        codes.ho_class,
        codes.ho_subclass,
        scope.crime_type,
        scope.definition_version,
        scope.is_serious_violence,
        scope.needs_weapon,
        scope.is_police_generated
    from codes
    left join scope
        on codes.ho_class = scope.ho_class
        and (codes.ho_subclass = scope.ho_subclass or scope.ho_subclass is null)
    order by codes.ho_class, codes.ho_subclass, scope.ho_subclass nulls last
),

final as (
    select
        concat_ws('/', codes.ho_class, codes.ho_subclass) as offence_id,
        codes.ho_class,
        codes.ho_subclass,
        titles.title,
        codes.crime_type,
        titles.offence_subgroup,
        titles.offence_group,
        titles.published_category,
        coalesce(
            harm.harm_version,
            class_harm.harm_version,
            subgroups.harm_version,
            'no score'
        ) as harm_version,
        codes.definition_version,
        coalesce(harm.harm_days, class_harm.harm_days, subgroups.harm_days, 0)
            as harm_days,
        coalesce(codes.is_serious_violence, false) as is_serious_violence,
        coalesce(codes.needs_weapon, false) as needs_weapon,
        coalesce(codes.is_police_generated, false) as is_police_generated,
        coalesce(harm.is_fallback, true) as is_harm_fallback
    from codes_in_scope as codes
    left join titles on codes.ho_class = titles.ho_class
    left join harm
        on codes.ho_class = harm.ho_class
        and codes.ho_subclass is not distinct from harm.ho_subclass
    left join harm as class_harm
        on codes.ho_class = class_harm.ho_class
        and class_harm.ho_subclass is null
    left join subgroups on titles.offence_subgroup = subgroups.offence_subgroup
)

select * from final
