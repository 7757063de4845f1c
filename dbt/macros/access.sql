{#- True if a record with this access domain is restricted: every domain that the seed
    `restricted_domains` does not say is open. An empty domain is that of a source that
    restricts nothing. -#}
{% macro is_restricted(access_domain) -%}
    coalesce(
        {{ access_domain }} <> all(array(
            select held.access_domain
            from {{ latest_definition(ref('restricted_domains')) }} as held
            where not held.is_restricted
        )),
        false
    )
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
