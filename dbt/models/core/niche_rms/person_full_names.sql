-- The names of a person, for the profile page only.
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

named as (
    select
        ids.golden_id,
        ids.force,
        nullif(
            concat_ws(
                ' ',
                person_names.forename,
                person_names.middle_names,
                person_names.surname
            ),
            ''
        ) as full_name,
        person_names.name_type,
        person_names.modified_at,
        person_names.person_name_id
    from ids
    inner join {{ ref('stg_niche__person_names') }} as person_names
        on ids.person_id = person_names.person_id
        and ids.force = person_names.force
),

final as (
    select
        golden_id,
        force,
        (array_agg(full_name order by {{ legal_name_first() }}))[1] as full_name,
        array_agg(distinct full_name order by full_name) as all_names
    from named
    where full_name is not null
    group by golden_id, force
)

select * from final
