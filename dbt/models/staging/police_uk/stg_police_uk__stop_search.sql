with

files as (
    select * from {{ ref('stg_police_uk__files') }}
),

stop_search as (
    select * from {{ source('raw', 'police_uk_stop_search') }}
),

final as (
    select
        stop_search.file_id,
        stop_search.load_id,
        stop_search.row_number,
        files.force,
        stop_search.search_type,
        stop_search.gender,
        stop_search.age_range,
        stop_search.self_defined_ethnicity,
        stop_search.officer_defined_ethnicity,
        stop_search.legislation,
        stop_search.object_of_search,
        stop_search.outcome,
        stop_search.longitude,
        stop_search.latitude,
        stop_search.is_outcome_linked_to_object,
        stop_search.is_clothing_removed,
        coalesce(stop_search.is_day_only, false) as is_day_only,
        files.month,
        stop_search.searched_at
    from stop_search
    inner join files on stop_search.file_id = files.file_id
)

select * from final
