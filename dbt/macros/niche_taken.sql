{#- After a staging model, in its transaction: say what changed, and what was read. -#}
{% macro niche_taken() -%}
    {%- set entity = model.config.meta.entity -%}
    {%- set key = model.config.meta.key -%}
    {%- if entity -%}
    {%- if niche_mode() == 'new' -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(this) -%}
        {%- if column.name not in ('load_id', 'file_id', 'row_number', 'extracted_at') -%}
            {%- do columns.append(column.name) -%}
        {%- endif -%}
    {%- endfor -%}
    with

    standing as (
        select {{ columns | join(', ') }} from niche_standing
    ),

    built as (
        select {{ 'rows.' ~ columns | join(', rows.') }}
        from {{ this }} as rows
        inner join niche_touched as touched
            on rows.force = touched.force
            and rows.{{ key }} = touched.record_id
    ),

    changed as (
        (select * from standing except select * from built)
        union all
        (select * from built except select * from standing)
    ),

    batch as (select nextval('ops.niche_batches') as batch)

    {% for touched in model.config.meta.touches -%}
    {{ 'insert into ops.niche_changes' if loop.first else 'union' }}
    select
        batch.batch,
        changed.force,
        '{{ 'person_id' if touched.endswith('person_id') else touched }}',
        changed.{{ touched }}
    from changed
    cross join batch
    where changed.{{ touched }} is not null
    {% endfor %};
    {%- else -%}
    {{ niche_set_up(key) }}
    delete from ops.niche_taken where model = '{{ this.identifier }}';
    insert into ops.niche_changes (batch) values (nextval('ops.niche_batches'));
    analyze {{ this }};
    {%- endif %}
    delete from ops.niche_erased
    where erased_number in (select erased_number from niche_erased_seen);
    insert into ops.niche_taken (model, load_id)
    select distinct '{{ this.identifier }}', load_id
    from {{ ref('stg_niche__files') }}
    where entity = '{{ entity }}'
    on conflict do nothing;
    insert into ops.niche_marks (model, batch, inputs_version)
    values ('{{ this.identifier }}', null, {{ niche_mapping_version() }})
    on conflict (model) do update
        set batch = excluded.batch, inputs_version = excluded.inputs_version;
    {%- else -%}
    analyze {{ this }};
    {%- endif %}
{%- endmacro %}


{#- What a new staging table needs: no key without a value, and small indexes by which
    the codes without a term are counted. -#}
{% macro niche_set_up(key) -%}
    {%- if not is_incremental() -%}
    alter table {{ this }}
        alter column {{ key }} set not null,
        alter column force set not null;
    {%- set names = adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
    {%- for name in names if name.endswith('_code') and name[:-5] in names %}
    create index on {{ this }} (force) where {{ name }} is not null;
    {%- endfor -%}
    {%- endif %}
{%- endmacro %}
