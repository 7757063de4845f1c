{#- True for a crime of a restricted record. A source that does not say restricts
    nothing. -#}
{% macro is_restricted(crimes) -%}
    coalesce({{ crimes }}.is_restricted, false)
{%- endmacro %}


{#- True for a row of an occurrence that is not restricted, or of none. A restricted
    occurrence is counted and has no row: its number could be told from the numbers
    before and after it. -#}
{% macro is_of_open_occurrence(relation) -%}
    not exists (
        select 1
        from {{ ref('restricted_occurrences') }} as restricted
        where restricted.force = {{ relation }}.force
            and restricted.occurrence_id = {{ relation }}.occurrence_id
    )
{%- endmacro %}
