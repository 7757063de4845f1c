-- Searches of a known person, with what was found on them.
{{ config(materialized='view') }}

select
    null::text as force,
    null::text as person_id,
    null::text as stop_search_id,
    null::text as occurrence_id,
    null::text as occurrence_number,
    null::text as found,
    null::timestamptz as searched_at
where false
