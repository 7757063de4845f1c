-- How much more a crime weighs in each month than one like it in January 2020. The
-- score of a place as at a month is the sum of its crimes' weights, divided by this.
{{ config(indexes=[{'columns': ['month'], 'unique': true}]) }}

with

months as (
    select months.month::date as month
    from
        generate_series(
            timestamp '2000-01-01', timestamp '2079-12-01', interval '1 month'
        ) as months (month)
),

final as (
    select
        {{ score_growth('month') }} as growth,
        month
    from months
)

select * from final
