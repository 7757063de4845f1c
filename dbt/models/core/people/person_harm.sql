-- The harm of each person by role and period, whole and divided among the suspects of a
-- crime. Police-generated crimes are left out; domestic abuse has columns of its own.
-- A view of core, because no page reads it and a table costs as much as all other marts
-- of people.
{{ config(materialized='view') }}

with

windows as (
    select * from {{ latest_definition(ref('harm_windows')) }} as held
),

final as (
    select
        crimes.force,
        crimes.person_id,
        crimes.side,
        case when crimes.side = 'harmed' then 'victim' else crimes.evidence end
            as evidence,
        windows.definition_version,
        windows.years,
        count(*)::integer as crimes,
        sum(crimes.harm_days)::double precision as harm_days,
        sum(crimes.harm_days_split)::double precision as harm_days_split,
        count(*) filter (where crimes.is_domestic)::integer as domestic_crimes,
        coalesce(sum(crimes.harm_days) filter (where crimes.is_domestic), 0)
        ::double precision as domestic_harm_days,
        count(distinct extract(year from crimes.occurred_on))::integer as years_active,
        max(crimes.occurred_on) as last_crime_on
    from {{ ref('person_crimes') }} as crimes
    inner join {{ ref('people_as_of') }} as moments on crimes.force = moments.force
    inner join windows
        on (crimes.occurred_on + make_interval(years => windows.years))::date
        > moments.as_of_date
    where not (crimes.side = 'causing harm' and crimes.is_police_generated)
    group by
        crimes.force,
        crimes.person_id,
        crimes.side,
        case when crimes.side = 'harmed' then 'victim' else crimes.evidence end,
        windows.definition_version,
        windows.years
)

select * from final
