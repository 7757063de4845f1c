-- The neighbourhood (LSOA) vintage of each street file: 2021 if it holds any code that
-- the 2011 set does not have, else 2011. Codes of Northern Ireland are ignored.
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
        max(
            case
                when lsoa11_codes.lsoa_code is not null then 2011
                when left(codes.lsoa_code, 1) in ('E', 'W') then 2021
                else 2011
            end
        )::smallint as lsoa_vintage
    from codes
    left join lsoa11_codes on codes.lsoa_code = lsoa11_codes.lsoa_code
    group by codes.file_id
)

select * from final
