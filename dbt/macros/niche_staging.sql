{#- The current rows of one entity of the records-management source, typed.

    entity: its name; the raw table is `niche_<entity>`. key: its id. fields: the other
    columns but `modified_at`, as `name:form[:terms]` in the words of `entities.py`.

    Current is the version last modified; of equals the one extracted last, then landed
    last. A record that the newest full extract does not hold, and that was modified
    before it, is gone; so is what the force deleted. An incremental run weighs the rows
    of the deliveries that are new to it against the rows that stand and so ends where
    a full run does. -#}
{% macro niche_staging(entity, key, fields) -%}
{%- set fields = niche_words(fields) -%}
{%- set is_partial = niche_mode() == 'new' -%}
with

{{ niche_newest_versions(entity, key, is_partial) }}

{% for field in fields if field.form == 'codes' -%}
{{ field.name }}_lists as (
    {{ niche_code_lists('versions', field) }}
),

{% endfor -%}
typed as (
    select
        rows.{{ key }},
        rows.force,
        rows.load_id,
        rows.file_id,
        rows.row_number,
        {%- for field in fields %}
        {{ niche_typed(field) }},
        {%- endfor %}
        rows.extracted_at,
        rows.modified_on as modified_at,
        rows.gone_before,
        rows.is_kept
    from newest as rows
    {%- for field in fields if field.terms %}
    {{ niche_terms_join(field) }}
    {%- endfor %}
),

{% if is_partial -%}
standing as (
    {{ niche_standing_rows(entity, key) }}
),

weighed as (
    select distinct on (candidates.force, candidates.{{ key }})
        candidates.*,
        bool_or(candidates.is_kept) over (
            partition by candidates.force, candidates.{{ key }}
        ) as is_kept_in_any
    from (
        select * from typed
        union all
        select * from standing
    ) as candidates
    order by {{ niche_newest_first('candidates', key, 'modified_at') }}
),

{% endif -%}
final as (
    select
        {%- for column in [key, 'force', 'load_id', 'file_id', 'row_number'] %}
        rows.{{ column }},
        {%- endfor %}
        {%- for field in fields %}
        rows.{{ field.name }},
        {%- if field.terms %}
        rows.{{ field.name }}_code,
        {%- endif %}
        {%- endfor %}
        rows.extracted_at,
        rows.modified_at
    from {{ 'weighed' if is_partial else 'typed' }} as rows
    {{ niche_tombstones_join(entity, key, is_partial) }}
    where tombstones.id_hash is null
        and (
            rows.gone_before is null
            or rows.modified_at >= rows.gone_before
            or {{ 'rows.is_kept_in_any' if is_partial else 'rows.is_kept' }}
        )
)

select * from final
{%- endmacro %}
