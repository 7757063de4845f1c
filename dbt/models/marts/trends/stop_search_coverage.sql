-- The months in which a force has files of crime and files of searches, of sources that
-- know only months.
with

crime_months as (
    select
        force,
        month,
        true as has_crime_file,
        0 as searches
    from {{ ref('all_months') }}
),

search_months as (
    select
        force,
        month,
        false as has_crime_file,
        count(*) as searches
    from {{ ref('all_searches') }}
    group by force, month
),

-- A file without a row says that nobody was searched.
empty_files as (
    select
        files.force,
        files.month,
        false as has_crime_file,
        0 as searches
    from {{ ref('all_files') }} as given_files
    inner join {{ source('ops', 'delivery_files') }} as files
        on given_files.file_id = files.file_id
    where files.kind = 'stop-and-search'
        and files.rows_read = 0
),

months as (
    select
        *,
        false as has_empty_file
    from crime_months
    union all
    select
        *,
        false as has_empty_file
    from search_months
    union all
    select
        *,
        true as has_empty_file
    from empty_files
),

forces as (
    select * from {{ ref('dim_force') }}
),

final as (
    select
        months.force,
        forces.force_name,
        months.month,
        bool_or(months.has_crime_file) as has_crime_file,
        sum(months.searches) > 0 or bool_or(months.has_empty_file)
            as has_stop_search_file,
        sum(months.searches)::integer as searches
    from months
    inner join forces on months.force = forces.force
    group by months.force, forces.force_name, months.month
)

select * from final
