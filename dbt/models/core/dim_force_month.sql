-- The months for which a force has a current street file. They need not follow on one
-- another, so that "the last three months" are the last three that were published.
{{ config(indexes=[{'columns': ['force', 'month'], 'unique': true}]) }}

with

files as (
    select * from {{ ref('stg_police_uk__files') }}
    where kind = 'street'
),

ranked as (
    select
        force,
        force_month,
        file_id,
        month,
        row_number() over (partition by force order by month desc) as recency,
        max(month) over (partition by force) as latest_month
    from files
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
        recency <= {{ var('trend_months') }} as is_recent,
        recency > {{ var('trend_months') }} and recency <= {{ 2 * var('trend_months') }}
            as is_previous,
        month
    from ranked
)

select * from final
