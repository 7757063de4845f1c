-- The moment each force's data are of; ages, windows and expiries are counted to it.
{{ config(materialized='view') }}

select
    null::text as force,
    null::text as clock,
    null::timestamptz as as_of,
    null::date as as_of_date
where false
