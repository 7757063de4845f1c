-- How many people count as causing the harm of each crime; what it is divided by.
{{ config(indexes=[{'columns': ['crime_id', 'force'], 'unique': true}]) }}

with

final as (
    select
        force,
        crime_id,
        count(distinct person_id)::integer as co_suspects
    from {{ ref('int_counted_involvements') }}
    where side = 'causing harm'
    group by force, crime_id
)

select * from final
