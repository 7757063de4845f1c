-- The golden id of each person record: that of record linkage, else that of the record
-- into which the source merged it, else its own id. If the golden id of a record
-- changes, the old and the new one are logged as changed keys.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'person_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_identities() }}',
        meta={'changed_key': 'changed_here', 'logs': ['golden_id']},
        indexes=[
            {'columns': ['person_id', 'force'], 'unique': true},
            {'columns': ['golden_id', 'force']},
        ],
    )
}}

with

survivors as (
    select * from {{ ref('int_niche_survivors') }}
),

persons as (
    select
        force,
        person_id
    from {{ ref('stg_niche__persons') }}
    where {{ is_changed('changed_here', column='person_id') }}
    union
    select
        force,
        person_id
    from survivors
    where {{ is_changed('changed_here', column='person_id') }}
),

final as (
    select
        persons.person_id,
        persons.force,
        own.golden_id as linked_id,
        coalesce(
            own.golden_id,
            of_survivor.golden_id,
            survivors.survivor_id,
            persons.person_id
        ) as golden_id
    from persons
    left join survivors
        on persons.force = survivors.force
        and persons.person_id = survivors.person_id
    left join {{ linked_ids() }} as own
        on persons.force = own.force
        and persons.person_id = own.person_id
    left join {{ linked_ids() }} as of_survivor
        on survivors.force = of_survivor.force
        and survivors.survivor_id = of_survivor.person_id
)

select * from final
