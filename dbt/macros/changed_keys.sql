{#- How a large model builds only what changed: its incremental strategy `by_changed_key`.

    Staging writes to `ops.changed_keys` which records a delivery changed: the kind of id,
    the force and the id, with the old and the new value where it changed. The model
    `core.changed_keys` widens them before record linkage (a classification or an address
    to its occurrences, an address to its residents and its position), and the model
    `core.changed_person_keys` after it (a person to the occurrences they are part of).
    A model deletes its rows of these keys and inserts them as they are now. That can be
    repeated, so the keys are deleted only when a whole transform has succeeded
    (`rasure.transform.state`), and a transform that stopped is simply run again.
    `docs/how_it_is_built.md` lists which model is built by which key.

    A model names the strategy and its `unique_key` in its own config,

        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],

    and reads of its inputs only the rows where `is_changed('occurrence_id')`: without
    that an incremental run inserts rows twice. `unique_key` is dbt's name for it; here it
    is the key by which rows are deleted, and a table may have several rows of one key.
    The kind of key is the last column of `unique_key`, unless `meta.changed_key` names
    another:

    occurrence_id, person_id, position_id: from `core.changed_keys`;
    golden_id, involved_occurrence (an occurrence that changed, or whose people changed):
        from `core.changed_person_keys`;
    any other id: as it is in `ops.changed_keys`;
    changed_here: of a model that finds its own changed rows in a pre-hook, which keeps
        their keys in a temporary table of that name (staging, `int_niche_person_ids`).

    A model from which others are widened names the ids to log in `meta.logs`. -#}


{#- The changed keys of a kind, as a query of (force, id). -#}
{% macro changed_keys_of(kind) -%}
    {%- if kind == 'changed_here' -%}
        {%- set keys = 'pg_temp.changed_here' -%}
    {%- elif kind in ('occurrence_id', 'person_id', 'position_id') -%}
        {%- set keys = ref('changed_keys') -%}
    {%- elif kind in ('golden_id', 'involved_occurrence') -%}
        {%- set keys = ref('changed_person_keys') -%}
    {%- else -%}
        {%- set keys = source('niche_ops', 'changed_keys') -%}
    {%- endif -%}
    select
        changed.force,
        changed.id
    from {{ keys }} as changed
    {%- if kind != 'changed_here' %}
    where changed.kind = '{{ kind }}'
    {%- endif %}
{%- endmacro %}


{#- True for a row whose key changed, and for every row of a full refresh.
    kind: of the key. relation: whose columns they are, where several have them.
    column: that holds the key, where it has another name than its kind. -#}
{% macro is_changed(kind, relation=none, column=none) -%}
    {%- set changed = changed_keys_of(kind) -%}
    {%- set column = column or {'involved_occurrence': 'occurrence_id'}.get(kind, kind) -%}
    {%- set of = relation ~ '.' if relation else '' -%}
    {%- if is_incremental() -%}
    ({{ of }}force, {{ of }}{{ column }}) in ({{ changed }})
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}


{#- The strategy: delete the rows of the changed keys, insert them as they are now, and
    log the ids of rows that differ (`meta.logs`), in one transaction. -#}
{% macro get_incremental_by_changed_key_sql(arguments) -%}
    {%- set target = arguments['target_relation'] -%}
    {%- set fresh = arguments['temp_relation'] -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='name') | list -%}
    {%- set meta = model.config.meta -%}
    {%- set column = arguments['unique_key'][1] -%}
    {%- set changed = is_changed(meta.get('changed_key', column), column=column) -%}
    {%- if meta.get('logs') -%}
    {{ log_changed_keys(target, fresh, columns, changed, meta.logs) }};
    {%- endif %}
    delete from {{ target }} where {{ changed }};
    insert into {{ target }} ({{ columns | join(', ') }})
    select {{ columns | join(', ') }} from {{ fresh }}
{%- endmacro %}


{#- Write to `ops.changed_keys` the ids in `logs` of the rows that are others in `fresh`
    than in `target`: as they were and as they are. Where a row came from, and when it
    was extracted, is no difference. -#}
{% macro log_changed_keys(target, fresh, columns, changed, logs) -%}
    {%- set compared = columns
        | reject('in', ['load_id', 'file_id', 'row_number', 'extracted_at'])
        | join(', ') -%}
    with

    standing as (
        select {{ compared }} from {{ target }}
        where {{ changed }}
    ),

    differing as (
        (select * from standing except select {{ compared }} from {{ fresh }})
        union all
        (select {{ compared }} from {{ fresh }} except select * from standing)
    )

    insert into ops.changed_keys (kind, force, id, is_claimed)
    {%- for column in logs %}
    select
        '{{ 'person_id' if column.endswith('person_id') else column }}',
        force,
        {{ column }},
        true
    from differing
    where {{ column }} is not null
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
