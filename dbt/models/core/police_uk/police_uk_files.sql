-- What the publisher gives to core (contract `files`): the newest files, what became of
-- the ids that stood more than once in them, and which of them cannot be used.
{{ config(materialized='view', post_hook=[]) }}

select
    files.file_id,
    count(*) filter (where crimes.rows_published > 1) as ids_doubled,
    sum(crimes.rows_published - 1) as rows_resolved,
    unusable.why_unused
from {{ ref('stg_police_uk__newest_files') }} as files
left join {{ ref('int_police_uk_crimes') }} as crimes
    on files.file_id = crimes.file_id
left join {{ ref('stg_police_uk__unusable_files') }} as unusable
    on files.file_id = unusable.file_id
group by files.file_id, unusable.why_unused
