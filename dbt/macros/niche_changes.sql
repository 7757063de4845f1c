{#- `where` this follows, only what changed since the model's last run is read. A
    subject is a model `int_niche_changed_<subject>s` and the id by which it changes, of
    `cell` the columns of a cell.
    relation: whose columns they are, where several have them. -#}
{% macro niche_only_changed(subject='occurrence', relation=none) -%}
    {%- set changed = ref('int_niche_changed_' ~ subject ~ 's') -%}
    {%- set of = relation ~ '.' if relation else '' -%}
    {%- set since = niche_since() -%}
    {%- if since is none -%}
    true
    {%- elif subject == 'cell' -%}
    ({{ count_cell() }}) in (
            select
                changed.force,
                changed.month,
                changed.area_ids,
                changed.crime_type
            from {{ changed }} as changed
            where changed.batch > {{ since }}
        )
    {%- else -%}
    {%- set id = {
        'involvement': 'occurrence_id',
        'countable_involvement': 'occurrence_id',
    }.get(subject, subject ~ '_id') -%}
    ({{ of }}force, {{ of }}{{ id }}) in (
            select
                changed.force,
                changed.{{ id }}
            from {{ changed }} as changed
            where changed.batch > {{ since }}
        )
    {%- endif -%}
{%- endmacro %}


{#- The cell of the counts that a crime falls into. -#}
{% macro count_cell() -%}
    force, month, coalesce(area_ids, ''), crime_type
{%- endmacro %}


{#- Log the cells of the rows that a model takes away or adds, where another counts its
    rows by cell (`meta.counted_by`). -#}
{% macro niche_log_cells(subject, since) -%}
    {%- if model.config.meta.get('counted_by') -%}
    with

    cells (force, month, area_ids, crime_type) as (
        select distinct {{ count_cell() }}
        from {{ this }}
        where month is not null
            and {{ niche_only_changed(subject) if since is not none else 'true' }}
    ),

    batch as (select nextval('ops.niche_batches') as batch)

    insert into ops.niche_changes
    select
        batch.batch,
        cells.force,
        'cell',
        jsonb_build_array(cells.month, cells.area_ids, cells.crime_type)::text
    from cells
    cross join batch;
    {%- endif -%}
{%- endmacro %}


{#- The same for a table of staging that gives positions: its own id names the subject of
    a change. -#}
{% macro niche_only_own(subject_id) -%}
    {%- set changes = source('niche_ops', 'niche_changes') -%}
    {%- set forgotten_by = ref('int_niche_changed_positions') -%}
    {%- set since = niche_since() -%}
    {%- if since is none -%}
    true
    {%- else -%}
    (force, {{ subject_id }}) in (
            select
                changes.force,
                changes.subject_id
            from {{ changes }} as changes
            where changes.batch > {{ since }}
                and changes.subject = '{{ subject_id }}'
        )
    {%- endif -%}
{%- endmacro %}


{#- Changes that every model has taken are let go. -#}
{% macro niche_prune_changes() -%}
    delete from {{ source('niche_ops', 'niche_changes') }}
    where batch <= (
        select min(batch) from {{ source('niche_ops', 'niche_marks') }}
    )
{%- endmacro %}
