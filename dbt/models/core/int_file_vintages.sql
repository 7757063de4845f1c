-- The neighbourhood (LSOA) vintage of each street file: 2021 if it holds any code that
-- the 2011 set does not have, else 2011. Codes of Northern Ireland tell nothing.
{{ config(indexes=[{'columns': ['file_id'], 'unique': true}]) }}

with

street as (
    select * from {{ ref('stg_police_uk__street') }}
),

lsoa11_codes as (
    select * from {{ source('geo', 'lsoa11_codes') }}
),

codes as (
    select distinct
        file_id,
        lsoa_code
    from street
),

final as (
    select
        codes.file_id,
        case
            when bool_or(
                left(codes.lsoa_code, 1) in ('E', 'W')
                and lsoa11_codes.lsoa_code is null
            ) then 2021
            else 2011
        end::smallint as lsoa_vintage
    from codes
    left join lsoa11_codes on codes.lsoa_code = lsoa11_codes.lsoa_code
    group by codes.file_id
)

select * from final
