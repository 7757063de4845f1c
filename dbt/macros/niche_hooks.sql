{#- Before a staging model: put aside the standing rows that the new deliveries touch,
    that were erased, or that a new full extract may lack. `meta` of the model names
    its entity, its key and the ids whose subjects it touches. -#}
{% macro niche_take() -%}
    {%- set entity = model.config.meta.entity -%}
    {%- set key = model.config.meta.key -%}
    {%- if entity -%}
    create temp table niche_erased_seen on commit drop as
    select erased_number, record_id from ops.niche_erased where entity = '{{ entity }}';
    {% if niche_mode() == 'new' -%}
    create temp table niche_touched on commit drop as
    select files.force, rows.{{ key }} as record_id
    from {{ source('niche_raw', 'niche_' ~ entity) }} as rows
    inner join {{ ref('stg_niche__files') }} as files on rows.file_id = files.file_id
    where rows.load_id = any('{{ niche_untaken(entity) }}'::integer[])
    union
    select built.force, built.{{ key }}
    from {{ this }} as built
    where built.{{ key }} in (select record_id from niche_erased_seen)
    union
    select built.force, built.{{ key }}
    from {{ this }} as built
    where built.force in (
        select force from {{ ref('stg_niche__files') }}
        where entity = '{{ entity }}'
            and load_id = full_load_id
            and load_id = any('{{ niche_untaken(entity) }}'::integer[])
    );
    analyze niche_touched;

    create temp table niche_standing on commit drop as
    select built.*
    from {{ this }} as built
    inner join niche_touched as touched
        on built.force = touched.force
        and built.{{ key }} = touched.record_id;
    analyze niche_standing;

    delete from {{ this }} as built
    using niche_touched as touched
    where built.force = touched.force
        and built.{{ key }} = touched.record_id;
    {%- elif is_incremental() -%}
    truncate {{ this }};
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}
