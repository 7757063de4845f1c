-- The occurrences that are restricted, so that rows of them are shown to nobody. One of
-- which there is a row in quarantine only may be restricted, and counts as such.
{{ config(indexes=[{'columns': ['occurrence_id', 'force'], 'unique': true}]) }}

select
    occurrences.occurrence_id,
    occurrences.force
from {{ ref('stg_niche__occurrences') }} as occurrences
where occurrences.access_domain is distinct from 'open'
union
select
    unread.id as occurrence_id,
    unread.force
from (
    {{ niche_unread_records('occurrences', 'occurrence_id') }}
) as unread
