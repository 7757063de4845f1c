-- The cells of the counts of crimes (month, areas, type) that crimes went from or came
-- to, and that not every model has taken. Some crimes of nearly every month change in a
-- day, in few of its areas and types.
{{ config(materialized='table') }}
-- depends_on: {{ ref('int_niche_crimes') }}

with

changes as (
    select
        batch,
        force,
        subject_id::jsonb as cell
    from {{ source('niche_ops', 'niche_changes') }}
    where subject = 'cell'
),

final as (
    select
        batch,
        force,
        (cell ->> 0)::date as month,
        cell ->> 1 as area_ids,
        cell ->> 2 as crime_type
    from changes
)

select * from final
