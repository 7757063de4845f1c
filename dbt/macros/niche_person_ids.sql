{#- Before `int_niche_person_ids`: put aside the ids that are others now. They are looked
    for among persons that changed or were ever merged, and those of whom linkage has
    said something since it was asked last. Each of its runs is at an instant of its own,
    later than the one before, and that of the last one seen is kept (`ops.step_inputs`). -#}
{% macro niche_take_person_ids() -%}
    {%- set changed = ref('int_niche_changed_persons') -%}
    {%- set merges = ref('stg_niche__person_merges') -%}
    {%- set survivors = ref('int_niche_survivors') -%}
    {%- set since = niche_since() -%}
    {%- if since is none -%}
    create temp table niche_doubtful (force text, person_id text) on commit drop;
    create temp table niche_former_ids (force text, person_id text, golden_id text)
        on commit drop;
    {{ niche_note_last_linked() }}
    {%- else -%}
    {{ niche_note_last_linked() }};
    create temp table niche_candidates on commit drop as
    select force, person_id from {{ changed }} where batch > {{ since }}
    union
    select force, merged_person_id from {{ merges }}
    union
    select force, person_id from {{ survivors }}
    union
    select linked.force, linked.person_id
    from {{ linked_history() }} as linked
    cross join niche_last_linked as seen
    where linked.effective_from > seen.before or linked.effective_to > seen.before;
    analyze niche_candidates;

    create temp table niche_doubtful on commit drop as
    select force, person_id
    from niche_candidates
    left join {{ this }} as built using (force, person_id)
    left join ({{ niche_person_ids('pg_temp.niche_candidates') }}) as anew
        using (force, person_id)
    where (built.linked_id, built.golden_id)
        is distinct from (anew.linked_id, anew.golden_id);
    analyze niche_doubtful;

    create temp table niche_former_ids on commit drop as
    select built.*
    from {{ this }} as built
    inner join niche_doubtful as doubtful
        on built.force = doubtful.force
        and built.person_id = doubtful.person_id;

    delete from {{ this }} as built
    using niche_doubtful as doubtful
    where built.force = doubtful.force
        and built.person_id = doubtful.person_id
    {%- endif -%}
{%- endmacro %}


{#- After it: log the persons that are another now, and who they were and are. -#}
{% macro niche_log_person_ids() -%}
    insert into {{ source('niche_ops', 'step_inputs') }} (step, inputs)
    select '{{ this.identifier }}', coalesce(now, '-infinity')::text
    from niche_last_linked
    on conflict (step) do update set inputs = excluded.inputs, done_at = now();

    with

    differing as (
        select
            coalesce(former.force, built.force) as force,
            coalesce(former.person_id, built.person_id) as person_id,
            former.golden_id as golden_id_before,
            built.golden_id
        from niche_former_ids as former
        full join (
            select rows.*
            from {{ this }} as rows
            inner join niche_doubtful as doubtful
                on rows.force = doubtful.force
                and rows.person_id = doubtful.person_id
        ) as built
            on former.force = built.force
            and former.person_id = built.person_id
        where former.golden_id is distinct from built.golden_id
    ),

    batch as (select nextval('ops.niche_batches') as batch)

    insert into ops.niche_changes
    select batch.batch, differing.force, changed.subject, changed.subject_id
    from differing
    cross join batch
    cross join lateral (
        values
        ('linked_person_id', differing.person_id),
        ('golden_id', differing.golden_id),
        ('golden_id', differing.golden_id_before)
    ) as changed (subject, subject_id)
    where changed.subject_id is not null
{%- endmacro %}
