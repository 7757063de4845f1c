-- How old the data of each force and kind of file is, and what became of its rows.
with

files as (
    select * from {{ ref('stg_police_uk__files') }}
),

forces as (
    select * from {{ ref('dim_force') }}
),

resolved as (
    select
        file_id,
        count(*) filter (where rows_published > 1) as ids_doubled,
        sum(rows_published - 1) as rows_resolved
    from {{ ref('int_police_uk_crimes') }}
    group by file_id
),

by_kind as (
    select
        files.force,
        files.kind as file_kind,
        max(files.month) as latest_month,
        count(*) as files,
        sum(files.rows_read) as rows_read,
        sum(files.rows_landed) as rows_landed,
        sum(files.rows_quarantined) as rows_quarantined,
        coalesce(sum(resolved.ids_doubled), 0) as ids_doubled,
        coalesce(sum(resolved.rows_resolved), 0) as rows_resolved,
        (max(files.month) + interval '1 month - 1 day')::date as data_as_at,
        max(files.landed_at) as last_landed_at
    from files
    left join resolved on files.file_id = resolved.file_id
    group by files.force, files.kind
),

final as (
    select
        by_kind.force,
        forces.force_name,
        'police_uk' as source,
        by_kind.file_kind,
        by_kind.latest_month,
        by_kind.files::integer as files,
        by_kind.rows_read::bigint as rows_read,
        by_kind.rows_landed::bigint as rows_landed,
        by_kind.rows_quarantined::bigint as rows_quarantined,
        by_kind.ids_doubled::integer as ids_doubled,
        by_kind.rows_resolved::integer as rows_resolved,
        by_kind.data_as_at,
        current_date - by_kind.data_as_at as days_old,
        current_date - by_kind.data_as_at > {{ var('late_after_days') }} as is_late,
        by_kind.last_landed_at
    from by_kind
    inner join forces on by_kind.force = forces.force
)

select * from final
