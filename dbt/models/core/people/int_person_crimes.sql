-- What counts about people in the crimes that the rules look at, up to the moment that
-- the data are of.
{{ config(materialized='view') }}

select crimes.*
from {{ ref('int_listed_crimes') }} as crimes
inner join {{ ref('people_as_of') }} as moments on crimes.force = moments.force
where crimes.occurred_at <= moments.as_of
