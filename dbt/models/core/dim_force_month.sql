-- The months that a force observes. A source that knows only months gives them, perhaps
-- with gaps: "the last three months" are the last three that were published. A source
-- that knows instants observes all since its data begin; the month under way is not yet
-- compared with any other (recency 0).
{{ config(indexes=[{'columns': ['force', 'month'], 'unique': true}]) }}

with

forces as (
    select * from {{ ref('dim_force') }}
),

months as (
    select
        observed.force,
        true as is_whole,
        observed.month
    from {{ ref('all_months') }} as observed
    inner join forces
        on observed.force = forces.force
        and observed.source = forces.source
    where not forces.is_day_dated
    union all
    select
        forces.force,
        observed.month + interval '1 month' <= forces.data_to as is_whole,
        observed.month::date as month
    from forces
    cross join
        generate_series(forces.data_from, forces.latest_month, interval '1 month')
            as observed (month)
    where forces.is_day_dated
),

ranked as (
    select
        *,
        sum(is_whole::integer) over (
            partition by force order by month desc
        ) * is_whole::integer as recency,
        max(month) over (partition by force) as latest_month
    from months
),

final as (
    select
        force,
        recency::integer as recency,
        (
            12 * extract(year from age(latest_month, month))
            + extract(month from age(latest_month, month))
        )::integer as age_months,
        recency between 1 and {{ var('trend_months') }} as is_recent,
        recency > {{ var('trend_months') }} and recency <= {{ 2 * var('trend_months') }}
            as is_previous,
        month
    from ranked
)

select * from final
