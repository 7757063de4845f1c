-- Serious violence in scope by hexagon and month, and what it adds to the score.
{{ config(indexes=[{'columns': ['hexagon_id', 'month'], 'unique': true}]) }}

with

crimes as (
    select * from {{ ref('fct_crime') }} as crimes
    where {{ is_place_scope('crimes') }}
),

weights as (
    select distinct
        months.force,
        months.month,
        months.is_recent,
        months.is_previous,
        crime_types.harm_days,
        {{ score_weight('crime_types.harm_days', 'months.age_months') }} as weight
    from {{ ref('dim_force_month') }} as months
    cross join {{ ref('dim_crime_type') }} as crime_types
    where crime_types.is_serious_violence
),

final as (
    select
        crimes.force,
        crimes.hexagon_id,
        count(*)::integer as crimes,
        sum(crimes.harm_days) as harm_days,
        sum(weights.weight) as score,
        weights.is_recent,
        weights.is_previous,
        crimes.month
    from crimes
    inner join weights
        on crimes.force = weights.force
        and crimes.month = weights.month
        and crimes.harm_days = weights.harm_days
    group by
        crimes.force,
        crimes.hexagon_id,
        weights.is_recent,
        weights.is_previous,
        crimes.month
)

select * from final
