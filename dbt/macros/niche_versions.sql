{#- The order of versions of a record: the one that is current first. -#}
{% macro niche_newest_first(relation, key, modified) -%}
            {{ relation }}.force,
            {{ relation }}.{{ key }},
            {{ relation }}.{{ modified }} desc,
            {{ relation }}.extracted_at desc,
            {{ relation }}.load_id desc,
            {{ relation }}.row_number desc
{%- endmacro %}


{#- 'everything': the model is made from nothing (first, `--full-refresh`, another
    mapping); 'new': from the deliveries it has not read. -#}
{% macro niche_mode() -%}
    {%- if execute and is_incremental() -%}
        {%- set found = run_query(
            "select 1 from ops.niche_marks where model = '" ~ this.identifier
            ~ "' and inputs_version = " ~ niche_mapping_version()
        ) -%}
        {{ return('new' if found.rows | length else 'everything') }}
    {%- endif -%}
    {{ return('everything') }}
{%- endmacro %}


{#- What the forces' mappings say, as one text. -#}
{% macro niche_mapping_version() -%}
    (select coalesce(string_agg(force || ' ' || digest, '|' order by force), '')
    from {{ source('niche_ops', 'niche_mappings') }})
{%- endmacro %}


{#- The deliveries that bring this entity and that the model has not read, as an array
    literal: constants, so that the index on `load_id` is used. -#}
{% macro niche_untaken(entity) -%}
    {%- set found = run_query(
        "select distinct load_id from " ~ ref('stg_niche__files')
        ~ " where entity = '" ~ entity ~ "' and load_id not in"
        ~ " (select load_id from ops.niche_taken where model = '"
        ~ this.identifier ~ "') order by load_id"
    ) -%}
    {{ return('{' ~ found.columns[0].values() | join(',') ~ '}') }}
{%- endmacro %}


{#- The rows that stood, put aside by the hook before. They are in the newest full
    extract, or were modified after it, unless that extract is one of the new. -#}
{% macro niche_standing_rows(entity, key) -%}
select
        rows.*,
        files.gone_before,
        coalesce(
            files.full_load_id <> all('{{ niche_untaken(entity) }}'::integer[]), true
        ) as is_kept
    from pg_temp.niche_standing as rows
    left join (
        select distinct
            force,
            gone_before,
            full_load_id
        from {{ ref('stg_niche__files') }}
        where entity = '{{ entity }}'
    ) as files on rows.force = files.force
{%- endmacro %}


{#- What the force has deleted and not written since. A row landed before the deletion
    was erased with it, so in a full run only later ones are looked up by their hash. -#}
{% macro niche_tombstones_join(entity, key, is_partial) -%}
left join {{ source('niche_ops', 'niche_tombstones') }} as tombstones
        on rows.force = tombstones.force
        and tombstones.entity = '{{ entity }}'
        and rows.modified_at <= tombstones.deleted_at
        and tombstones.id_hash = {% if not is_partial -%}
        case when rows.load_id >= (
            select min(earliest.load_id)
            from {{ source('niche_ops', 'niche_tombstones') }} as earliest
            where earliest.entity = '{{ entity }}'
        ) then {% endif -%}
        ops.niche_hash(rows.force, '{{ entity }}', rows.{{ key }})
        {%- if not is_partial %} end{% endif %}
{%- endmacro %}
