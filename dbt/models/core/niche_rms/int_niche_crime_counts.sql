-- The crimes of records counted by month, of which a day's delta changes a few.
{{ config(meta={'subject': 'month'}) }}

with

final as (
    select
        force,
        area_ids,
        geocode_quality,
        coalesce(crime_type, published_category, 'Not mapped') as crime_type,
        is_serious_violence,
        month,
        count(*) as crimes,
        sum(harm_days) as harm_days
    from {{ ref('int_niche_crimes') }}
    where month is not null
        and {{ niche_only_changed('month') }}
    group by
        force,
        area_ids,
        geocode_quality,
        coalesce(crime_type, published_category, 'Not mapped'),
        is_serious_violence,
        month
)

select * from final
