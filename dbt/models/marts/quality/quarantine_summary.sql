-- Why rows were set aside, by file; the rows themselves are never shown here.
with

quarantined as (
    {%- for table in quarantine_tables() %}
    select
        load_id,
        file_id,
        unnest(reasons) as reason
    from {{ source('quarantine', table) }}
    union all
    {%- endfor %}
    select
        null::integer as load_id,
        null::integer as file_id,
        null as reason
    where false
),

deliveries as (
    select * from {{ source('ops', 'deliveries') }}
),

delivery_files as (
    select * from {{ source('ops', 'delivery_files') }}
),

final as (
    select
        deliveries.source,
        deliveries.delivery,
        delivery_files.file,
        quarantined.reason,
        count(*)::integer as rows
    from quarantined
    inner join deliveries on quarantined.load_id = deliveries.load_id
    inner join delivery_files on quarantined.file_id = delivery_files.file_id
    group by
        deliveries.source,
        deliveries.delivery,
        delivery_files.file,
        quarantined.reason
)

select * from final
