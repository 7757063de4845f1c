{#- Every golden id that record linkage has given, with its instants; none where it has
    never run. -#}
{% macro linked_history() -%}
    {%- set has_run = execute
        and run_query("select to_regclass('linkage.golden_ids') is not null")
            .columns[0].values()[0] -%}
    (
        select
            {%- if has_run %}
            force,
            person_id,
            golden_id::text as golden_id,
            effective_from,
            effective_to
        from linkage.golden_ids
            {%- else %}
            null::text as force,
            null::text as person_id,
            null::text as golden_id,
            null::timestamptz as effective_from,
            null::timestamptz as effective_to
        where false
            {%- endif %}
    )
{%- endmacro %}


{#- The golden ids that record linkage holds now. -#}
{% macro linked_ids() -%}
    (
        select
            force,
            person_id,
            golden_id
        from {{ linked_history() }} as history
        where effective_to is null
    )
{%- endmacro %}


{#- The last instant of linkage that the model has taken, and the last there is. -#}
{% macro niche_note_last_linked() -%}
    create temp table niche_last_linked on commit drop as
    select
        coalesce(
            (
                select inputs from {{ source('niche_ops', 'step_inputs') }}
                where step = '{{ this.identifier }}'
            ),
            '-infinity'
        )::timestamptz as before,
        (
            select greatest(max(effective_from), max(effective_to))
            from {{ linked_history() }} as linked
        ) as now
{%- endmacro %}


{#- Who the persons of the table `among` are, or all persons. -#}
{% macro niche_person_ids(among=none) -%}
    {%- set only = '(force, person_id) in (select force, person_id from ' ~ among ~ ')'
        if among else 'true' -%}
    select
        persons.person_id,
        persons.force,
        own.golden_id as linked_id,
        coalesce(
            own.golden_id,
            of_survivor.golden_id,
            survivors.survivor_id,
            persons.person_id
        ) as golden_id
    from (
        select
            force,
            person_id
        from {{ ref('stg_niche__persons') }}
        where {{ only }}
        union
        select
            force,
            person_id
        from {{ ref('int_niche_survivors') }}
        where {{ only }}
    ) as persons
    left join {{ ref('int_niche_survivors') }} as survivors
        on persons.force = survivors.force
        and persons.person_id = survivors.person_id
    left join {{ linked_ids() }} as own
        on persons.force = own.force
        and persons.person_id = own.person_id
    left join {{ linked_ids() }} as of_survivor
        on survivors.force = of_survivor.force
        and survivors.survivor_id = of_survivor.person_id
{%- endmacro %}
