-- What was set aside and why, by file: rows in quarantine, fields that were emptied,
-- and files that could not be used. The values themselves are never shown here.
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

delivery_files as (
    select * from {{ source('ops', 'delivery_files') }}
),

emptied_fields as (
    select * from {{ source('ops', 'emptied_fields') }}
),

files_set_aside as (
    select * from {{ source('ops', 'files_set_aside') }}
),

given_files as (
    select * from {{ ref('all_files') }}
),

deliveries as (
    select * from {{ source('ops', 'deliveries') }}
),

set_aside as (
    select
        quarantined.load_id,
        delivery_files.file,
        'row' as what,
        quarantined.reason,
        count(*) as rows
    from quarantined
    inner join delivery_files on quarantined.file_id = delivery_files.file_id
    group by quarantined.load_id, delivery_files.file, quarantined.reason
    union all
    select
        emptied_fields.load_id,
        delivery_files.file,
        'field' as what,
        emptied_fields.reason,
        emptied_fields.rows
    from emptied_fields
    inner join delivery_files on emptied_fields.file_id = delivery_files.file_id
    union all
    select
        load_id,
        file,
        'file' as what,
        reason,
        rows
    from files_set_aside
    union all
    select
        delivery_files.load_id,
        delivery_files.file,
        'file' as what,
        given_files.why_unused as reason,
        delivery_files.rows_landed as rows
    from given_files
    inner join delivery_files on given_files.file_id = delivery_files.file_id
    where given_files.why_unused is not null
),

final as (
    select
        deliveries.source,
        deliveries.delivery,
        set_aside.file,
        set_aside.what as set_aside,
        set_aside.reason,
        sum(set_aside.rows)::integer as rows
    from set_aside
    inner join deliveries on set_aside.load_id = deliveries.load_id
    group by
        deliveries.source,
        deliveries.delivery,
        set_aside.file,
        set_aside.what,
        set_aside.reason
)

select * from final
