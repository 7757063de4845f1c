-- The crimes of records counted by cell (month, areas, type), of which a day's delta
-- changes a few.
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
