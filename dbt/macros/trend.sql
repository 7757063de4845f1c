{#- Recent months against as many before. The change is more than chance by
    z = (recent - previous) / sqrt(recent + previous), which is about standard normal
    when two Poisson counts have one rate; below `trend_minimum` crimes together, or
    with fewer observed months than both sides need, nothing is said. -#}
{% macro trend(recent, previous, months_observed) -%}
    case
        when {{ months_observed }} < {{ 2 * var('trend_months') }}
            or {{ recent }} + {{ previous }} < {{ var('trend_minimum') }}
            then 'too few to say'
        when ({{ recent }} - {{ previous }}) / sqrt({{ recent }} + {{ previous }})
            >= {{ var('trend_z') }} then 'rising'
        when ({{ previous }} - {{ recent }}) / sqrt({{ recent }} + {{ previous }})
            >= {{ var('trend_z') }} then 'falling'
        else 'steady'
    end
{%- endmacro %}


{#- 1st, 2nd, 3rd, 4th, 11th, 112th, 1,203rd. -#}
{% macro ordinal(number) -%}
    to_char({{ number }}, 'FM999,999,999') || case
        when {{ number }} % 100 between 11 and 13 then 'th'
        when {{ number }} % 10 = 1 then 'st'
        when {{ number }} % 10 = 2 then 'nd'
        when {{ number }} % 10 = 3 then 'rd'
        else 'th'
    end
{%- endmacro %}


{#- '1 month', '2 months', '1,000 months'. -#}
{% macro counted(number, noun) -%}
    to_char({{ number }}, 'FM999,999,999') || ' {{ noun }}'
    || case when {{ number }} = 1 then '' else 's' end
{%- endmacro %}


{#- Why a place is hot, in plain words, from the columns of a ranked place. -#}
{% macro main_reason(place) -%}
    {{ counted(place ~ '.crimes', 'serious violence crime') }} || ' in '
    || {{ place }}.months_with_crime || ' of '
    || {{ counted(place ~ '.months_observed', 'month') }} || '; '
    || case
        when {{ place }}.trend = 'too few to say' then 'too few for a trend'
        else
            {{ place }}.trend || ' (' || {{ place }}.crimes_recent
            || ' in the last {{ var("trend_months") }} months, '
            || {{ place }}.crimes_previous
            || ' in the {{ var("trend_months") }} before)'
    end
    || '; ' || {{ ordinal(place ~ '.rank') }} || ' of '
    || {{ counted(place ~ '.places', 'place') }} || ' with serious violence.'
{%- endmacro %}
