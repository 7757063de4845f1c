-- The landed files of records-management deliveries, and the newest full extract of
-- each force and entity. A table, so that every model of a run sees the same files.
{{ config(materialized='table', on_schema_change='ignore') }}

with

deliveries as (
    select * from {{ source('ops', 'deliveries') }}
    where source = 'niche_rms'
        and state = 'landed'
),

delivery_files as (
    select * from {{ source('ops', 'delivery_files') }}
),

files as (
    select
        delivery_files.file_id,
        delivery_files.load_id,
        delivery_files.force,
        delivery_files.kind as entity,
        deliveries.kind = 'full' as is_full,
        delivery_files.file like '%, restated' as is_restated,
        deliveries.extracted_at
    from delivery_files
    inner join deliveries on delivery_files.load_id = deliveries.load_id
),

full_extracts as (
    select distinct on (force, entity)
        force,
        entity,
        load_id,
        extracted_at
    from files
    where is_full
    order by force, entity, extracted_at desc, load_id desc
),

final as (
    select
        files.file_id,
        files.load_id,
        files.force,
        files.entity,
        full_extracts.load_id as full_load_id,
        files.is_full,
        files.is_restated,
        files.extracted_at,
        full_extracts.extracted_at as gone_before
    from files
    left join full_extracts
        on files.force = full_extracts.force
        and files.entity = full_extracts.entity
)

select * from final
