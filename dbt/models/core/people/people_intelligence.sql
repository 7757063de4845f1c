-- Reports that a person carries a knife.
{{ config(materialized='view') }}

select
    null::text as force,
    null::text as person_id,
    null::text as intelligence_id,
    null::text as source_reference,
    null::text as source_grade,
    null::text as information_grade,
    null::timestamptz as reported_at
where false
