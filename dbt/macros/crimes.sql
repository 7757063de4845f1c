{#- A crime is named by its force, its month and the publisher's id. Anti-social
    behaviour has no id: its row in the month's file is its name. -#}
{% macro crime_key(relation) -%}
    {{ relation }}.force_month || '|'
    || coalesce({{ relation }}.crime_id, 'asb|' || {{ relation }}.row_number)
{%- endmacro %}


{#- The crimes that make a place hot for a patrol: serious violence with a usable
    position in a hexagon, not found by the police's own activity, not at a prison,
    hospital or police station; not in private and no domestic abuse, where the source
    tells. `rasure/places/events.py` reads the same. -#}
{% macro is_place_scope(crimes) -%}
    {{ crimes }}.is_serious_violence
        and {{ crimes }}.is_located
        and {{ crimes }}.hexagon_id is not null
        and not {{ crimes }}.is_police_generated
        and not {{ crimes }}.is_at_institution
        and coalesce({{ crimes }}.is_public_place, true)
        and not coalesce({{ crimes }}.is_domestic_abuse, false)
{%- endmacro %}


{#- What a crime adds to a score: harm days^power x 2^(-age / half-life). A low power
    keeps one very harmful crime from outweighing years of fights. Nine decimals, so that
    sums are exact whatever the order of their rows. -#}
{% macro score_weight(harm_days, age_months) -%}
    round(
        (
            power(({{ harm_days }})::double precision, {{ var('harm_power') }})
            * power(
                2::double precision, -{{ age_months }} / {{ var('half_life_months') }}.0
            )
        )::numeric,
        9
    )
{%- endmacro %}


{#- The version of the definitions in force, as text for a column of a mart. -#}
{% macro definition_version() -%}
    (select max(crime_types.definition_version)
    from {{ ref('dim_crime_type') }} as crime_types)
{%- endmacro %}
