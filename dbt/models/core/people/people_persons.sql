-- The people whom the rules can be about, one row a person.
{{ config(materialized='view') }}

with

restricted as (
    select array_agg(access_domain) as access_domains
    from {{ latest_definition(ref('restricted_domains')) }} as held
    where is_restricted
),

final as (
    select
        persons.force,
        persons.golden_id as person_id,
        persons.is_official,
        coalesce(persons.access_domains && restricted.access_domains, false)
            as is_restricted,
        persons.date_of_birth,
        persons.deceased_on
    from {{ ref('dim_person') }} as persons
    cross join restricted
)

select * from final
