-- What tables of crimes give to core (contract `files`): every landed file, and the
-- references that stand more than once in it, of which the last row counts.
{{ config(materialized='view') }}

with

doubled as (
    select
        file_id,
        count(*) as ids_doubled,
        sum(copies - 1)::bigint as rows_resolved
    from (
        select
            file_id,
            reference,
            count(*) as copies
        from {{ source('raw', 'incidents') }}
        group by file_id, reference
        having count(*) > 1
    ) as repeated
    group by file_id
)

select
    files.file_id,
    coalesce(doubled.ids_doubled, 0) as ids_doubled,
    coalesce(doubled.rows_resolved, 0) as rows_resolved
from {{ source('ops', 'delivery_files') }} as files
inner join {{ source('ops', 'deliveries') }} as deliveries
    on files.load_id = deliveries.load_id
left join doubled on files.file_id = doubled.file_id
where deliveries.source = 'incidents'
