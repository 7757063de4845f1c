-- Street files that are not a month of their force, with the reason. The publisher has
-- had such: a stray file with a handful of rows, or with the crimes of another force.
-- What is usual is the upper quartile of the force's months, so that several stray
-- files do not make each other usual. Searches are not judged: forces do have months
-- of few.
{{ config(materialized='table') }}

with

files as (
    select * from {{ ref('stg_police_uk__newest_files') }}
    where kind = 'street'
),

usual as (
    select
        force,
        percentile_cont(0.75) within group (order by rows_landed) as usual_rows
    from files
    group by force
),

own_codes as (
    select distinct
        areas.force,
        area_lsoas.lsoa_code
    from {{ source('geo', 'area_lsoas') }} as area_lsoas
    inner join {{ source('geo', 'areas') }} as areas
        on area_lsoas.area_id = areas.area_id
),

codes as (
    select
        street.file_id,
        street.lsoa_code,
        count(*) as crimes
    from {{ source('raw', 'police_uk_street') }} as street
    inner join files on street.file_id = files.file_id
    where street.lsoa_code is not null
    group by street.file_id, street.lsoa_code
),

-- Codes that are not of the 2011 set may be of anywhere, so they say nothing.
placed as (
    select
        codes.file_id,
        sum(codes.crimes) as crimes,
        sum(codes.crimes) filter (where own_codes.lsoa_code is null) as crimes_elsewhere
    from codes
    inner join files on codes.file_id = files.file_id
    inner join {{ source('geo', 'lsoa11_codes') }} as lsoa11_codes
        on codes.lsoa_code = lsoa11_codes.lsoa_code
    left join own_codes
        on files.force = own_codes.force
        and codes.lsoa_code = own_codes.lsoa_code
    where files.force in (select known.force from own_codes as known)
    group by codes.file_id
),

judged as (
    select
        files.file_id,
        case
            when usual.usual_rows >= {{ var('usual_month_rows') }}
                and files.rows_landed
                < {{ var('least_of_usual_month') }} * usual.usual_rows
                then
                    'rows: expected at least '
                    || round(100 * {{ var('least_of_usual_month') }})
                    || '% of a usual month of the force ('
                    || round(usual.usual_rows) || '), found ' || files.rows_landed
            when placed.crimes >= {{ var('usual_month_rows') }} / 10
                and placed.crimes_elsewhere
                > {{ var('most_elsewhere') }} * placed.crimes
                then
                    'LSOA code: expected the neighbourhoods of the force, found '
                    || round(100 * placed.crimes_elsewhere / placed.crimes)
                    || '% of rows elsewhere'
        end as why_unused
    from files
    inner join usual on files.force = usual.force
    left join placed on files.file_id = placed.file_id
),

final as (
    select
        file_id,
        why_unused
    from judged
    where why_unused is not null
)

select * from final
