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

-- A code that is not of the 2011 set may be of anywhere. The point of the crime says
-- then where it was.
places as (
    select
        street.file_id,
        files.force,
        lsoa11_codes.lsoa_code,
        case when lsoa11_codes.lsoa_code is null then street.longitude end as longitude,
        case when lsoa11_codes.lsoa_code is null then street.latitude end as latitude,
        count(*) as crimes
    from {{ source('raw', 'police_uk_street') }} as street
    inner join files on street.file_id = files.file_id
    left join {{ source('geo', 'lsoa11_codes') }} as lsoa11_codes
        on street.lsoa_code = lsoa11_codes.lsoa_code
    where files.force in (select known.force from own_codes as known)
    group by
        street.file_id,
        files.force,
        lsoa11_codes.lsoa_code,
        case when lsoa11_codes.lsoa_code is null then street.longitude end,
        case when lsoa11_codes.lsoa_code is null then street.latitude end
),

placed as (
    select
        places.file_id,
        sum(places.crimes) as crimes,
        sum(places.crimes) filter (
            where case
                when places.lsoa_code is not null then own_codes.lsoa_code is null
                else not coalesce(
                        st_dwithin(
                            forces.geom,
                            {{ grid_point('places.longitude', 'places.latitude') }},
                            {{ var('outside_force_m') }}
                        ),
                        false
                    )
            end
        ) as crimes_elsewhere
    from places
    inner join {{ source('geo', 'forces') }} as forces on places.force = forces.force
    left join own_codes
        on places.force = own_codes.force
        and places.lsoa_code = own_codes.lsoa_code
    where places.lsoa_code is not null or places.longitude is not null
    group by places.file_id
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
                    'LSOA code or position: expected the ground of the force, found '
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
