-- What tables of crimes give to core (contract `forces`). Their months begin with the
-- first one that has at least a tenth (`observed_month_share`) of the crimes of a usual
-- month; the data reach to the last crime or report, or to when a delivery says that it
-- was extracted.
{{ config(materialized='view') }}

with

crimes as (
    select
        *,
        coalesce(occurred_from, reported_at) as happened_at
    from {{ ref('stg_incidents__crimes') }}
),

months as (
    select
        force,
        date_trunc('month', happened_at at time zone clock)::date as month,
        count(*) as crimes
    from crimes
    where happened_at is not null
    group by force, date_trunc('month', happened_at at time zone clock)
),

firsts as (
    {{ first_observed_months('months') }}
)

select
    crimes.force,
    crimes.clock,
    firsts.data_from,
    greatest(
        max((crimes.happened_at at time zone crimes.clock)::date),
        max((crimes.reported_at at time zone crimes.clock)::date),
        max((crimes.extracted_at at time zone crimes.clock)::date)
    ) as data_to,
    max(crimes.extracted_at) as data_as_at
from crimes
left join firsts on crimes.force = firsts.force
group by crimes.force, crimes.clock, firsts.data_from
