{#- The probability that |Z| exceeds |z|, Z standard normal: erfc(|z| / sqrt 2) by
    Chebyshev fitting (Numerical Recipes, erfcc), with a relative error under 1.2e-7
    everywhere. Beyond 37 deviations it is that of 37, practically 0. -#}
{% macro two_sided_p(z) -%}
    {%- set coefficients = [
        -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807,
        -1.13520398, 1.48851587, -0.82215223, 0.17087277,
    ] -%}
    {%- set x = '(least(abs(' ~ z ~ '), 37) / sqrt(2))' -%}
    {%- set t = '(1 / (1 + 0.5 * ' ~ x ~ '))' -%}
    {{ t }} * exp(
        -{{ x }} * {{ x }}
        {%- for coefficient in coefficients %}
        + {{ coefficient }} * power({{ t }}, {{ loop.index0 }})
        {%- endfor %}
    )
{%- endmacro %}


{#- The rows of a relation that has force and a standard score `z`, with p_value and
    p_adjusted. p_adjusted is the false discovery rate within the force at which the row
    becomes significant (Benjamini and Hochberg 1995). -#}
{% macro with_significance(scored, z) -%}
    (
        with

        tested as (
            select
                *,
                {{ two_sided_p(z) }} as p_value
            from {{ scored }}
        ),

        ranked as (
            select
                *,
                p_value * count(*) over (partition by force) / row_number() over (
                    partition by force order by p_value
                ) as p_of_rank
            from tested
        )

        select
            *,
            least(
                min(p_of_rank) over (partition by force order by p_value desc),
                1
            ) as p_adjusted
        from ranked
    )
{%- endmacro %}
