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

versions as (
    select
        rows.*,
        files.force,
        files.extracted_at,
        files.gone_before,
        rows.load_id = files.full_load_id as is_in_full,
        mappings.instant_template,
        mappings.day_template,
        mappings.clock,
        mappings.yes,
        mappings.no,
        mappings.separator,
        mappings.coordinate_scale,
        to_timestamp(rows.modified_at, mappings.instant_template)
            at time zone 'UTC' at time zone mappings.clock as modified_on
    from {{ source('niche_raw', 'niche_' ~ entity) }} as rows
    inner join {{ ref('stg_niche__files') }} as files on rows.file_id = files.file_id
    inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
        on files.force = mappings.force
    {%- if is_partial %}
    where rows.load_id = any('{{ niche_untaken(entity) }}'::integer[])
    {%- endif %}
),

{% if not is_partial -%}
repeated as (
    select {{ key }} as record_id
    from {{ source('niche_raw', 'niche_' ~ entity) }}
    group by {{ key }}
    having count(*) > 1
),

{% endif -%}
newest as (
    {%- if not is_partial %}
    select
        versions.*,
        coalesce(versions.is_in_full, true) as is_kept
    from versions
    where not exists (
        select 1
        from repeated
        where repeated.record_id = versions.{{ key }}
    )
    union all
    {%- endif %}
    (
        select distinct on (versions.force, versions.{{ key }})
            versions.*,
            bool_or(coalesce(versions.is_in_full, true)) over (
                partition by versions.force, versions.{{ key }}
            ) as is_kept
        from versions
        {%- if not is_partial %}
        where versions.{{ key }} in (select repeated.record_id from repeated)
        {%- endif %}
        order by {{ niche_newest_first('versions', key, 'modified_on') }}
    )
),

{% for field in fields if field.form == 'codes' -%}
{{ field.name }}_lists as (
    {{ niche_code_lists('newest', field) }}
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
