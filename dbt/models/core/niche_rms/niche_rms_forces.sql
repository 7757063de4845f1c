-- What records management gives to core (contract `forces`): those with an extract.
-- Their months begin with the first month of which the extracts have the reports: with
-- at least a tenth (`observed_month_share`) of the reports of a usual month. A crime
-- that happened or was reported long before, of which an extract has a few, is not the
-- beginning of the data, and what window a delivery states says nothing.
{{ config(materialized='view') }}

with

months as (
    select
        force,
        date_trunc('month', reported_date)::date as month,
        count(*) as crimes
    from {{ ref('int_niche_crime_times') }}
    where reported_date is not null
    group by force, date_trunc('month', reported_date)
),

firsts as (
    {{ first_observed_months('months') }}
)

select
    moments.force,
    moments.clock,
    coalesce(
        firsts.data_from, date_trunc('month', moments.as_of_date::timestamp)::date
    ) as data_from,
    moments.as_of as data_as_at
from {{ ref('people_as_of') }} as moments
left join firsts on moments.force = firsts.force
