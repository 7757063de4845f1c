-- One row per person, however many records the source has of them. Names are only in
-- `person_full_names`. A person with a record that is in quarantine only may be
-- restricted, and counts as such.
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

records as (
    select
        persons.*,
        {{ birth_class('persons') }} as birth_class,
        {{ youngest_birth('persons.date_of_birth', 'persons.date_of_birth_precision') }}
            as youngest_birth
    from {{ ref('stg_niche__persons') }} as persons
),

persons as (
    select
        ids.golden_id,
        records.*,
        min(records.birth_class) filter (where records.date_of_birth is not null)
            over (partition by ids.force, ids.golden_id) as best_birth_class
    from ids
    inner join records
        on ids.person_id = records.person_id
        and ids.force = records.force
),

unread_records as (
    {{ niche_unread_records('persons', 'person_id') }}
),

unread as (
    select distinct
        ids.force,
        ids.golden_id
    from ids
    inner join unread_records
        on ids.person_id = unread_records.id
        and ids.force = unread_records.force
),

final as (
    select
        persons.golden_id,
        persons.force,
        array_agg(persons.person_id order by persons.person_id) as person_ids,
        {{ newest_known('national_id') }} as national_id,
        {{ newest_known('sex') }} as sex,
        {{ newest_known('ethnicity') }} as ethnicity,
        count(*)::integer as records,
        bool_or(coalesce(persons.person_type = 'official', false)) as is_official,
        bool_or(
            persons.access_domain is distinct from 'open'
            or persons.person_type_code is not null
            or unread.golden_id is not null
        ) as is_restricted,
        {{ surest_birth('date_of_birth_precision') }} as date_of_birth_precision,
        coalesce({{ surest_birth('is_birth_date_estimated') }}, false)
            as is_birth_date_estimated,
        {{ surest_birth('date_of_birth') }} as date_of_birth,
        max(persons.youngest_birth) filter (
            where persons.birth_class = persons.best_birth_class
        ) as youngest_birth_date,
        max(persons.deceased_on) as deceased_on
    from persons
    left join unread
        on persons.force = unread.force
        and persons.golden_id = unread.golden_id
    group by persons.golden_id, persons.force
)

select * from final
