-- What the publisher gives to core (contract `files`): the current files, and what
-- became of the ids that stood more than once in them.
{{ config(materialized='view', post_hook=[]) }}

select
    files.file_id,
    count(*) filter (where crimes.rows_published > 1) as ids_doubled,
    sum(crimes.rows_published - 1) as rows_resolved
from {{ ref('stg_police_uk__files') }} as files
left join {{ ref('int_police_uk_crimes') }} as crimes
    on files.file_id = crimes.file_id
group by files.file_id
