-- The instant of each force's data; ages, windows and expiries are counted up to it.
{{ config(materialized='view') }}

with

extracted as (
    select
        force,
        max(extracted_at) as as_of
    from {{ ref('stg_niche__files') }}
    group by force
),

final as (
    select
        extracted.force,
        mappings.clock,
        extracted.as_of,
        (extracted.as_of at time zone mappings.clock)::date as as_of_date
    from extracted
    inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
        on extracted.force = mappings.force
)

select * from final
