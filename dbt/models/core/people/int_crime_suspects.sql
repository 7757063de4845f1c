-- The people who may count as causing the harm of a crime, for crimes with two or more.
-- The harm is divided by their number, and they are partners in the network of
-- co-suspects. Only changed records are built again.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        meta={'changed_key': 'involved_occurrence'},
        indexes=[{'columns': ['crime_id', 'force'], 'unique': true}],
    )
}}

with

suspects as (
    select distinct
        force,
        crime_id,
        occurrence_id,
        occurred_at,
        person_id
    from {{ ref('int_countable_involvements') }}
    where side = 'causing harm'
        and {{ is_changed('involved_occurrence') }}
),

final as (
    select
        force,
        crime_id,
        occurrence_id,
        occurred_at,
        array_agg(person_id order by person_id) as person_ids,
        count(*)::integer as co_suspects
    from suspects
    group by force, crime_id, occurrence_id, occurred_at
    having count(*) > 1
)

select * from final
