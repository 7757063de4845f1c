-- The months that a force observes: those with a current street file, which need not
-- follow on one another, so that "the last three months" are the last three that were
-- published; or all since its extracts begin, of which the one under way is not yet
-- compared with any other (recency 0).
{{ config(indexes=[{'columns': ['force', 'month'], 'unique': true}]) }}

with

forces as (
    select * from {{ ref('dim_force') }}
),

months as (
    select
        files.force,
        files.force_month,
        files.file_id,
        true as is_whole,
        files.month
    from {{ ref('stg_police_uk__files') }} as files
    inner join forces on files.force = forces.force
    where files.kind = 'street'
        and not forces.is_day_dated
    union all
    select
        forces.force,
        forces.force || ' ' || to_char(observed.month, 'YYYY-MM') as force_month,
        null as file_id,
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
        force_month,
        file_id,
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
