-- What records management gives to core (contract `forces`): those with an extract.
-- Their months begin with the first window that was extracted.
{{ config(materialized='view') }}

select
    files.force,
    mappings.clock,
    date_trunc('month', min(files.window_from) at time zone mappings.clock)::date
        as data_from,
    max(files.extracted_at) as data_as_at
from {{ ref('stg_niche__files') }} as files
inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
    on files.force = mappings.force
group by files.force, mappings.clock
