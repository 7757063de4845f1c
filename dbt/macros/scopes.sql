{#- True if a crime is in a scope: it has one of the things that its offence needs. -#}
{% macro is_in_scope(scopes, crimes) -%}
    {{ scopes }}.is_always
    or {{ scopes }}.is_with_knife and {{ crimes }}.is_knife_enabled
    or {{ scopes }}.is_with_weapon and {{ crimes }}.has_weapon
    or {{ scopes }}.is_with_domestic_abuse and {{ crimes }}.is_domestic_abuse
    or {{ scopes }}.is_with_serious_violence and {{ crimes }}.is_serious_violence
{%- endmacro %}


{#- True if a crime would be in a scope with a knife that is left for a person to decide
    (see `knife_decision`). -#}
{% macro may_be_in_scope(scopes, crimes) -%}
    {{ crimes }}.knife_decision = 'review' and (
        {{ scopes }}.is_with_knife
        or {{ scopes }}.is_with_weapon
        or {{ scopes }}.is_with_serious_violence
        and {{ crimes }}.is_serious_violence_offence
    )
{%- endmacro %}


{#- The month in which a crime was recorded; of its report or event where that is not
    known. -#}
{% macro recorded_month(crimes) -%}
    date_trunc(
        'month',
        coalesce(
            {{ crimes }}.recorded_date, {{ crimes }}.reported_date, {{ crimes }}.month
        )
    )::date
{%- endmacro %}
