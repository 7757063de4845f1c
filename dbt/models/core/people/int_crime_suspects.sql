-- Who counts as causing the harm of each crime: how many it is divided by, and who was
-- suspected together with whom.
{{ config(indexes=[{'columns': ['crime_id', 'force'], 'unique': true}]) }}

with

suspects as (
    select distinct
        force,
        crime_id,
        occurrence_id,
        person_id
    from {{ ref('int_counted_involvements') }}
    where side = 'causing harm'
),

final as (
    select
        force,
        crime_id,
        occurrence_id,
        array_agg(person_id order by person_id) as person_ids,
        count(*)::integer as co_suspects
    from suspects
    group by force, crime_id, occurrence_id
)

select * from final
