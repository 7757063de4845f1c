-- Rows whose crime id stands more than once in their file, and which of them is kept:
-- the one whose outcome is most final (seed `outcomes`), then the one that comes first.
-- They differ in the outcome, some also in the point. Rows without an id (anti-social
-- behaviour) are each an incident of their own: nothing is ever merged.
{{ config(indexes=[{'columns': ['file_id', 'row_number'], 'unique': true}]) }}

with

street as not materialized (
    select * from {{ ref('stg_police_uk__street') }}
    where crime_id is not null
),

outcomes as (
    select * from {{ ref('outcomes') }}
),

doubled as (
    select
        file_id,
        crime_id,
        count(*)::smallint as rows_published
    from street
    group by file_id, crime_id
    having count(*) > 1
),

final as (
    select
        street.file_id,
        street.row_number,
        street.crime_id,
        doubled.rows_published,
        row_number() over (
            partition by street.file_id, street.crime_id
            order by coalesce(outcomes.finality, 0) desc, street.row_number
        ) = 1 as is_kept
    from street
    inner join doubled
        on street.file_id = doubled.file_id
        and street.crime_id = doubled.crime_id
    left join outcomes on street.last_outcome_category = outcomes.outcome
)

select * from final
