-- The outcome files that the facts of a force are built from, as one number. When it
-- changes, the force's facts are built again.
{{ config(indexes=[{'columns': ['force'], 'unique': true}]) }}

select
    force,
    hashtext(
        string_agg(file_id::text, '|' order by file_id) filter (where kind = 'outcomes')
    ) as outcome_files_version
from {{ ref('stg_police_uk__files') }}
group by force
