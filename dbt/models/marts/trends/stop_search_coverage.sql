with

files as (
    select * from {{ ref('stg_police_uk__files') }}
    where kind in ('street', 'stop-and-search')
),

forces as (
    select * from {{ ref('dim_force') }}
),

final as (
    select
        files.force,
        forces.force_name,
        files.month,
        bool_or(files.kind = 'street') as has_crime_file,
        bool_or(files.kind = 'stop-and-search') as has_stop_search_file,
        coalesce(
            sum(files.rows_landed) filter (where files.kind = 'stop-and-search'), 0
        )::integer as searches
    from files
    inner join forces on files.force = forces.force
    group by files.force, forces.force_name, files.month
)

select * from final
