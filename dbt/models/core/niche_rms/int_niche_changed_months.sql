-- The months whose crimes changed and not every model has taken: those that crimes went
-- from, and those that they came to.
{{ config(materialized='table') }}
-- depends_on: {{ ref('int_niche_crimes') }}

with

final as (
    select
        batch,
        force,
        subject_id::date as month
    from {{ source('niche_ops', 'niche_changes') }}
    where subject = 'month'
)

select * from final
