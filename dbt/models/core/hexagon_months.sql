-- Serious violence in scope by hexagon and month, and what it adds to the score.
{{ config(indexes=[{'columns': ['hexagon_id', 'month'], 'unique': true}]) }}

with

crimes as (
    select * from {{ ref('fct_crime') }} as crimes
    where {{ is_place_scope('crimes') }}
),

counted as (
    select
        force,
        hexagon_id,
        month,
        harm_days,
        count(*) as crimes
    from crimes
    group by force, hexagon_id, month, harm_days
),

weighed as (
    select
        counted.*,
        months.is_recent,
        months.is_previous,
        {{ score_weight('counted.harm_days', 'months.age_months') }} as weight
    from counted
    inner join {{ ref('dim_force_month') }} as months
        on counted.force = months.force
        and counted.month = months.month
),

final as (
    select
        force,
        hexagon_id,
        sum(crimes)::integer as crimes,
        sum(crimes * harm_days) as harm_days,
        sum(crimes * weight) as score,
        is_recent,
        is_previous,
        month
    from weighed
    group by force, hexagon_id, is_recent, is_previous, month
)

select * from final
