{#- The parts `versions` and `newest` of the query on one entity: every version that came,
    with what is known of its file and its force, and of each record the one that is
    current. A full run looks for it only among the records that came more than once.
    The raw rows are read for each part that wants them: kept as `versions`, with what is
    known of each, they would fill a gigabyte of temporary files. That few came more than
    once is told as a range, which the planner takes for one row in 200; `> 1` it takes
    for one in three, and sorts everything. -#}
{% macro niche_newest_versions(entity, key, is_partial) -%}
versions as {{ '' if is_partial else 'not materialized ' }}(
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
    having count({{ key }}) between 2 and 2147483647
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
{%- endmacro %}
