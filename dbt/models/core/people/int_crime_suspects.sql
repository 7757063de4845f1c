-- How many people count as causing the harm of each crime; what it is divided by.
{{ config(indexes=[{'columns': ['crime_id', 'force'], 'unique': true}]) }}

with

suspects as (
    select distinct
        force,
        crime_id,
        person_id
    from {{ ref('int_counted_involvements') }}
    where side = 'causing harm'
),

final as (
    select
        force,
        crime_id,
        count(*)::integer as co_suspects
    from suspects
    group by force, crime_id
)

select * from final
