{#- The first month of each force's data, as a query of (force, data_from): the first with
    at least the share `observed_month_share` of the crimes of a usual month. A usual
    month is the mean of all months, each weighted by its crimes.

    months: a relation of (force, month, crimes). -#}
{% macro first_observed_months(months) -%}
    with

    usual as (
        select
            force,
            sum(crimes * crimes) / sum(crimes) as crimes
        from {{ months }}
        group by force
    )

    select
        observed.force,
        min(observed.month) as data_from
    from {{ months }} as observed
    inner join usual on observed.force = usual.force
    where observed.crimes >= {{ var('observed_month_share') }} * usual.crimes
    group by observed.force
{%- endmacro %}
