{#- The batch of changes that a model of core has taken last; none where it is to be
    built from nothing: the first time, with other definitions than those it was built
    with (`meta.inputs`), or after staging was. -#}
{% macro niche_since() -%}
    {%- set inputs = ref('int_niche_inputs') -%}
    {%- if execute and is_incremental() -%}
        {%- set found = run_query(
            "select batch from ops.niche_marks as marks where model = '"
            ~ this.identifier ~ "' and inputs_version = " ~ niche_inputs_version()
            ~ " and not exists (select 1 from ops.niche_changes as changes"
            ~ " where changes.batch > marks.batch and changes.subject is null)"
        ) -%}
        {{ return(found.columns[0].values()[0] if found.rows | length else none) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}


{#- The definitions and the ground that the model is made with, as one text. -#}
{% macro niche_inputs_version() -%}
    (select coalesce(string_agg(input || ' ' || content, '|' order by input), '')
    from {{ ref('int_niche_inputs') }}
    where input in ('{{ model.config.meta.get("inputs", []) | join("', '") }}'))
{%- endmacro %}


{#- Before a model of core: what is to be made anew goes. `meta.subject` says by what a
    model changes; one that changes whole, or not at all, has `whole`. Of a model from
    nothing the cells that it had are not known: its counts are to be made anew too. -#}
{% macro niche_forget() -%}
    {%- set subject = model.config.meta.get('subject') -%}
    {%- set since = niche_since() if subject else none -%}
    {%- if not subject or (since is not none and subject == 'whole') -%}
    select 1
    {%- elif since is not none -%}
    {{ niche_log_cells(subject, since) }}
    delete from {{ this }} as built
    where {{ niche_only_changed(subject) }}
    {%- elif is_incremental() -%}
    {{ niche_log_cells(subject, since) }}
    truncate {{ this }}
    {%- elif model.config.meta.get('counted_by') -%}
    delete from ops.niche_marks where model = '{{ model.config.meta.counted_by }}'
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}


{#- After a model of core, in its transaction: how far it has come. -#}
{% macro niche_done() -%}
    {%- set subject = model.config.meta.get('subject') -%}
    {%- if subject -%}
    {{ niche_log_cells(subject, niche_since()) }}
    insert into ops.niche_marks (model, batch, inputs_version)
    select '{{ this.identifier }}', last_value, {{ niche_inputs_version() }}
    from ops.niche_batches
    on conflict (model) do update
        set batch = excluded.batch, inputs_version = excluded.inputs_version
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}
