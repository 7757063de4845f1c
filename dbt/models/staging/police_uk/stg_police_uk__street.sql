with

files as (
    select * from {{ ref('stg_police_uk__files') }}
),

street as (
    select * from {{ source('raw', 'police_uk_street') }}
),

final as (
    select
        street.file_id,
        street.load_id,
        street.row_number,
        street.crime_id,
        files.force,
        files.force_month,
        street.location,
        street.lsoa_code,
        street.crime_type,
        street.last_outcome_category,
        street.longitude,
        street.latitude,
        files.month
    from street
    inner join files on street.file_id = files.file_id
)

select * from final
