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

harms as (
    select distinct
        force,
        month,
        harm_days
    from counted
),

weights as (
    select
        harms.force,
        harms.month,
        harms.harm_days,
        months.is_recent,
        months.is_previous,
        {{ score_weight('harms.harm_days', 'months.age_months') }} as weight
    from harms
    inner join {{ ref('dim_force_month') }} as months
        on harms.force = months.force
        and harms.month = months.month
),

final as (
    select
        counted.force,
        counted.hexagon_id,
        sum(counted.crimes)::integer as crimes,
        sum(counted.crimes * counted.harm_days) as harm_days,
        sum(counted.crimes * weights.weight) as score,
        weights.is_recent,
        weights.is_previous,
        counted.month
    from counted
    inner join weights
        on counted.force = weights.force
        and counted.month = weights.month
        and counted.harm_days = weights.harm_days
    group by
        counted.force,
        counted.hexagon_id,
        weights.is_recent,
        weights.is_previous,
        counted.month
)

select * from final
