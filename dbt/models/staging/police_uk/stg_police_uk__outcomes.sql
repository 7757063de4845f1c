with

files as (
    select * from {{ ref('stg_police_uk__files') }}
),

outcomes as (
    select * from {{ source('raw', 'police_uk_outcomes') }}
),

final as (
    select
        outcomes.file_id,
        outcomes.load_id,
        outcomes.row_number,
        outcomes.crime_id,
        files.force,
        outcomes.outcome_type as outcome,
        files.month
    from outcomes
    inner join files on outcomes.file_id = files.file_id
)

select * from final
