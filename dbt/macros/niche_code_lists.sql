{#- Each distinct string of several codes, with its terms and its codes without a term
    (null if every code has one), as they are compared: trimmed and without case. -#}
{% macro niche_code_lists(relation, field) -%}
select
        lists.force,
        lists.codes,
        coalesce(
            array_agg(distinct terms.term) filter (where terms.term is not null),
            array[]::text[]
        ) as terms,
        array_agg(distinct codes.code) filter (where terms.term is null) as unmapped
    from (
        select distinct
            force,
            {{ field.name }} as codes,
            separator
        from {{ relation }}
        where {{ field.name }} is not null
    ) as lists
    cross join lateral
        unnest(string_to_array(lists.codes, lists.separator)) as pieces (piece)
    cross join lateral (select ops.code_key(pieces.piece) as code) as codes
    left join {{ source('niche_ops', 'niche_terms') }} as terms
        on lists.force = terms.force
        and codes.code = terms.code
        and terms.terms_table = '{{ field.terms }}'
    where codes.code <> ''
    group by lists.force, lists.codes
{%- endmacro %}
