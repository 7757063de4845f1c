{#- The current golden ids of record linkage; none before its first run. -#}
{% macro linked_ids() -%}
    {%- set has_run = execute
        and run_query("select to_regclass('linkage.golden_ids') is not null")
            .columns[0].values()[0] -%}
    (
        select
            {%- if has_run %}
            force,
            person_id,
            golden_id::text as golden_id
        from linkage.golden_ids
        where effective_to is null
            {%- else %}
            null::text as force,
            null::text as person_id,
            null::text as golden_id
        where false
            {%- endif %}
    )
{%- endmacro %}


{#- Pre-hook of `int_niche_person_ids`: write to `changed_here` the person records whose
    golden id may be another now. They have changed, were ever merged, or have another
    golden id in linkage than in the model. -#}
{% macro find_changed_identities() -%}
    {%- set changed = changed_keys_of('person_id') -%}
    {%- set merges = ref('stg_niche__person_merges') -%}
    {%- set survivors = ref('int_niche_survivors') -%}
    {%- if is_incremental() -%}
    create temp table changed_here on commit drop as
    {{ changed }}
    union
    select
        force,
        merged_person_id
    from {{ merges }}
    union
    select
        force,
        person_id
    from {{ survivors }}
    union
    select
        force,
        person_id
    from {{ this }} as built
    full join {{ linked_ids() }} as linked using (force, person_id)
    where built.linked_id is distinct from linked.golden_id;
    analyze changed_here
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}
