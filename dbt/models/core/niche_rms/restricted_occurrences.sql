-- The occurrences that are restricted, so that rows of them are shown to nobody.
{{ config(indexes=[{'columns': ['occurrence_id', 'force'], 'unique': true}]) }}

select
    occurrences.occurrence_id,
    occurrences.force
from {{ ref('stg_niche__occurrences') }} as occurrences
where occurrences.access_domain is distinct from 'open'
