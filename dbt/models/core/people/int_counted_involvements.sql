-- The parts in crimes that count about a person: those that may, of crimes up to the
-- moment that the data are of.
{{ config(materialized='view') }}

select involvements.*
from {{ ref('int_countable_involvements') }} as involvements
inner join {{ ref('people_as_of') }} as moments on involvements.force = moments.force
where involvements.occurred_at <= moments.as_of
