-- Markers that a person is at risk of exploitation.
{{ config(materialized='view') }}

select
    null::text as force,
    null::text as person_id,
    null::text as marker_id,
    null::date as started_on,
    null::date as ended_on
where false
