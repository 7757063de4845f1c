-- The people to whom the rules apply, one row for each. The date of birth is the latest
-- that is possible, so that who may be under 18 is treated so.
{{ config(materialized='view') }}

select
    persons.force,
    persons.golden_id as person_id,
    persons.is_official,
    persons.is_restricted,
    persons.is_birth_date_estimated,
    persons.youngest_birth_date as date_of_birth,
    persons.deceased_on
from {{ ref('dim_person') }} as persons
