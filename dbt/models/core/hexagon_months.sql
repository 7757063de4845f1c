-- Serious violence in scope by place and month, and what it adds to the score.
{{ config(indexes=[{'columns': ['hexagon_id', 'month'], 'unique': true}]) }}

with

crimes as (
    select * from {{ ref('place_crimes') }}
    where is_place_event
        and not is_at_institution
),

counted as (
    select
        force,
        hexagon_id,
        month,
        count(*)::integer as crimes,
        sum(harm_days) as harm_days,
        sum(score_weight) as weights
    from crimes
    group by force, hexagon_id, month
),

final as (
    select
        counted.force,
        counted.hexagon_id,
        counted.crimes,
        counted.harm_days,
        round(counted.weights / latest.growth::numeric, 9) as score,
        months.is_recent,
        months.is_previous,
        counted.month
    from counted
    inner join {{ ref('dim_force') }} as forces on counted.force = forces.force
    inner join {{ ref('dim_force_month') }} as months
        on counted.force = months.force
        and counted.month = months.month
    inner join {{ ref('score_months') }} as latest
        on forces.latest_month = latest.month
)

select * from final
