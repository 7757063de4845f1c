-- One row per person, however many records the source has of them. Names are only in
-- `person_full_names`.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'golden_id'],
        on_schema_change='fail',
        indexes=[{'columns': ['golden_id', 'force'], 'unique': true}],
    )
}}

with

ids as (
    select * from {{ ref('int_niche_person_ids') }}
    where {{ is_changed('golden_id') }}
),

final as (
    select
        ids.golden_id,
        ids.force,
        array_agg(ids.person_id order by ids.person_id) as person_ids,
        {{ newest_known('national_id') }} as national_id,
        {{ newest_known('sex') }} as sex,
        {{ newest_known('ethnicity') }} as ethnicity,
        {{ all_known('access_domain') }} as access_domains,
        count(*)::integer as records,
        bool_or(coalesce(persons.person_type = 'official', false)) as is_official,
        coalesce({{ surest_birth('is_birth_date_estimated') }}, false)
            as is_birth_date_estimated,
        {{ surest_birth('date_of_birth') }} as date_of_birth,
        max(persons.deceased_on) as deceased_on
    from ids
    inner join {{ ref('stg_niche__persons') }} as persons
        on ids.person_id = persons.person_id
        and ids.force = persons.force
    group by ids.golden_id, ids.force
)

select * from final
