-- The newest file of each force, month and kind: the one of the delivery landed last.
-- A table, so that every model of a run sees the same files.
{{ config(materialized='table', post_hook='{{ gather_statistics() }}') }}

with

deliveries as (
    select * from {{ source('ops', 'deliveries') }}
    where source = 'police_uk'
        and state = 'landed'
),

delivery_files as (
    select * from {{ source('ops', 'delivery_files') }}
),

final as (
    select distinct on (delivery_files.force, delivery_files.month, delivery_files.kind)
        delivery_files.file_id,
        delivery_files.load_id,
        delivery_files.force,
        delivery_files.kind,
        delivery_files.force || ' ' || to_char(delivery_files.month, 'YYYY-MM')
            as force_month,
        delivery_files.rows_read,
        delivery_files.rows_landed,
        delivery_files.rows_quarantined,
        delivery_files.month,
        deliveries.landed_at
    from delivery_files
    inner join deliveries on delivery_files.load_id = deliveries.load_id
    order by
        delivery_files.force,
        delivery_files.month,
        delivery_files.kind,
        delivery_files.load_id desc,
        delivery_files.file_id desc
)

select * from final
