-- The people whom the rules can be about, one row a person.
{{ config(materialized='view') }}

select
    null::text as force,
    null::text as person_id,
    null::boolean as is_official,
    null::boolean as is_restricted,
    null::date as date_of_birth,
    null::date as deceased_on
where false
