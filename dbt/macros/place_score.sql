{#- The crimes, of any kind, that a patrol could meet: not found by the police's own
    activity. The definition says whether crimes in private (`public_places_only`) and
    domestic abuse (`without_domestic_abuse`) are left out. A crime of which the source
    says neither stays. Crimes at an institution (prison, hospital, police station, court,
    care home) are among them: they show whose hexagon it is, and make no place hot. -#}
{% macro is_met_by_patrols(crimes) -%}
    not {{ crimes }}.is_police_generated
        {%- if var('public_places_only') %}
        and ({{ crimes }}.is_at_institution or coalesce({{ crimes }}.is_public_place, true))
        {%- endif %}
        {%- if var('without_domestic_abuse') %}
        and not coalesce({{ crimes }}.is_domestic_abuse, false)
        {%- endif %}
{%- endmacro %}


{#- Those of them with a usable position in a hexagon. -#}
{% macro is_patrol_relevant(crimes) -%}
    {{ crimes }}.is_located
        and {{ crimes }}.hexagon_id is not null
        and {{ is_met_by_patrols(crimes) }}
{%- endmacro %}


{#- Those of them that say how hot a place is: serious violence. -#}
{% macro is_place_event(crimes) -%}
    {{ crimes }}.is_serious_violence
        and {{ is_patrol_relevant(crimes) }}
{%- endmacro %}


{#- The crimes that make a place hot for a patrol. -#}
{% macro is_place_scope(crimes) -%}
    {{ is_place_event(crimes) }}
        and not {{ crimes }}.is_at_institution
{%- endmacro %}


{#- The score of a place, in three steps:

    1. What a crime weighs: harm days^power x growth of its month. A low power keeps one
       very harmful crime from outweighing years of fights. The column `score_weight` of
       `core.fct_crime`; it is relative to a fixed month, so that it does not age.
    2. The sum of the weights of the crimes of a place, of any shape.
    3. The score as at a month: that sum / growth of the month. A crime of that month
       then adds its harm days^power, one of a half-life before it half of that.

    Weights have fifteen digits, all that a double holds. As numerics their sums are
    exact, whatever the order of the rows. -#}
{% macro score_weight(harm_days, month) -%}
    (
        power(coalesce({{ harm_days }}, 0)::double precision, {{ var('harm_power') }})
        * {{ score_growth(month) }}
    )::numeric
{%- endmacro %}


{#- How much more a crime weighs in a month than one like it in January 2020:
    2^(months since then / half-life). A half-life is longer than a month, so the months
    within 80 years of 2020 are in the range of a double. `core.score_months` has it by
    month. -#}
{% macro score_growth(month) -%}
    power(
        2::double precision,
        (
            (extract(year from {{ month }}) - 2020) * 12
            + extract(month from {{ month }}) - 1
        )::double precision / {{ var('half_life_months') | float }}
    )
{%- endmacro %}
