-- The rows of `int_listed_crimes` up to the instant of the data.
{{ config(materialized='view') }}

select crimes.*
from {{ ref('int_listed_crimes') }} as crimes
inner join {{ ref('people_as_of') }} as moments on crimes.force = moments.force
where crimes.occurred_at <= moments.as_of
