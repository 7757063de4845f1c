-- Who each person record of the source is: the golden id of record linkage; where it
-- has none, that of the record which the source merged this one into; else its own.
{{
    config(
        indexes=[
            {'columns': ['person_id', 'force'], 'unique': true},
            {'columns': ['golden_id', 'force']},
        ],
        pre_hook='{{ niche_take_person_ids() }}',
        post_hook='{{ niche_log_person_ids() }}',
        meta={'subject': 'whole'},
    )
}}

with

survivors as not materialized (
    select * from {{ ref('int_niche_survivors') }}
),

linked as not materialized (
    select * from {{ linked_ids() }} as linked_ids
),

persons as (
    select
        force,
        person_id
    from {{ ref('stg_niche__persons') }}
    where {{ niche_only_doubtful() }}
    union
    select
        force,
        person_id
    from survivors
    where {{ niche_only_doubtful() }}
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
    left join linked as own
        on persons.force = own.force
        and persons.person_id = own.person_id
    left join linked as of_survivor
        on survivors.force = of_survivor.force
        and survivors.survivor_id = of_survivor.person_id
)

select * from final
