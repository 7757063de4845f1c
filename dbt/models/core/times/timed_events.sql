-- The events that hot times are made of, one row each. This is the one place where the
-- times part touches the rest of the core.
{{ config(materialized='view') }}

select
    null::text as event_id,
    null::text as force,
    null::text as area_id,
    null::text as hexagon_id,
    null::text as clock,
    null::boolean as is_time_known,
    null::timestamptz as occurred_from,
    null::timestamptz as occurred_to,
    null::timestamptz as reported_at
where false
