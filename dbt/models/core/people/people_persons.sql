-- The people to whom the rules apply, one row for each.
{{ config(materialized='view') }}

select
    persons.force,
    persons.golden_id as person_id,
    persons.is_official,
    coalesce(
        persons.access_domains && array(
            select held.access_domain
            from {{ latest_definition(ref('restricted_domains')) }} as held
            where held.is_restricted
        ),
        false
    ) as is_restricted,
    persons.date_of_birth,
    persons.deceased_on
from {{ ref('dim_person') }} as persons
