-- The number of crimes of records management by month, areas and type. The delta of a
-- day changes a few rows.
{%- set columns = ['force', 'area_ids', 'geocode_quality', 'crime_type',
    'is_serious_violence', 'month'] %}

with

final as (
    select
        {{ columns | join(',\n        ') }},
        count(*) as crimes,
        sum(harm_days) as harm_days
    from {{ ref('int_niche_crimes') }}
    where month is not null
    group by {{ columns | join(', ') }}
)

select * from final
