-- The involvements that count for a person: the countable ones, of crimes up to the
-- instant of the data.
{{ config(materialized='view') }}

select involvements.*
from {{ ref('int_countable_involvements') }} as involvements
inner join {{ ref('people_as_of') }} as moments on involvements.force = moments.force
where involvements.occurred_at <= moments.as_of
