-- The latest outcome of each crime in the outcome files: of the later month, then the
-- more final one.
{{ config(indexes=[{'columns': ['force', 'crime_id'], 'unique': true}]) }}

with

stated as (
    select * from {{ ref('stg_police_uk__outcomes') }}
),

outcomes as (
    select * from {{ ref('outcomes') }}
),

final as (
    select distinct on (stated.force, stated.crime_id)
        stated.force,
        stated.crime_id,
        stated.outcome,
        stated.month as outcome_month
    from stated
    left join outcomes on stated.outcome = outcomes.outcome
    order by
        stated.force,
        stated.crime_id,
        stated.month desc,
        outcomes.finality desc nulls last,
        stated.row_number desc
)

select * from final
