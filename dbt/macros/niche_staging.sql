{#- The current rows of one entity of the records-management source, typed.

    entity: its name; the raw table is `niche_<entity>`. key: its id. fields: the other
    columns but `modified_at`, as `name:form[:terms]` or `name:form:bounds[:start]` in the
    words of `columns.py`. Dates that cannot be are emptied (`niche_dates.sql`), and the
    column `date_faults` says why.

    The current version is the one last modified; among equals, the one extracted last,
    then landed last. A record is gone if the newest full extract lacks it, it was
    modified before that extract and no later delivery has it, or if the force deleted
    it. A record whose row is in quarantine is in the extract all the same: the version
    before stands, and `is_outdated`. An incremental run compares the rows of the new
    deliveries with the rows that the table has, and so gives the same rows as a full
    refresh. -#}
{% macro niche_staging(entity, key, fields) -%}
{%- set fields = niche_words(fields) -%}
{%- set protected = fields | selectattr('terms', 'equalto', 'access_domains') | first
    | default(none) -%}
{%- set is_partial = execute and is_incremental() -%}
{%- set reread = niche_reread_records(entity, key) if is_partial else none -%}
with

{{ niche_newest_versions(entity, key, is_partial, reread) }}

quarantined as (
    select
        force,
        id,
        bool_or(is_in_full) as is_in_full,
        {%- if protected %}
        max(extracted_at) filter (where not is_open) as closed_at,
        {%- endif %}
        max(extracted_at) as extracted_at
    from (
        {{ niche_quarantined_records(entity) }}
    ) as named
    group by force, id
),

{% for field in fields if field.form == 'codes' -%}
{{ field.name }}_lists as (
    {{ niche_code_lists('versions', field) }}
),

{% endfor -%}
{% set dates = fields | selectattr('bounds') | list -%}
{%- if dates -%}
{{ niche_date_bounds(fields) }}

{% endif -%}
{{ 'read_values' if dates else 'typed' }} as (
    select
        rows.{{ key }},
        rows.force,
        rows.load_id,
        rows.file_id,
        rows.row_number,
        {%- for field in fields %}
        {{ niche_typed(field) }},
        {%- endfor %}
        {%- if dates %}
        rows.clock,
        rows.stand_in_days,
        {%- endif %}
        rows.emptied_fields,
        false as is_outdated,
        rows.extracted_at,
        rows.modified_on as modified_at,
        rows.gone_before,
        rows.given_at,
        rows.is_kept
    from newest as rows
    {%- for field in fields if field.terms %}
    {{ niche_terms_join(field) }}
    {%- endfor %}
    {%- if dates %}
    offset 0 -- or each value is worked out again wherever a rule on dates names it
    {%- endif %}
),

{% if dates -%}
judged as (
    select
        rows.*,
        {%- for field in dates %}
        {%- if field.has_day_only %}
        case
            when not rows.{{ field.name }}_is_day then {{ clock_fault(
                'rows.' ~ field.name, 'rows.' ~ field.name ~ '_written', 'rows.clock'
            ) }}
        end as {{ field.name }}_clock_fault,
        {%- endif %}
        {{ niche_date_fault(field) }} as {{ field.name }}_fault
        {{- '' if loop.last else ',' }}
        {%- endfor %}
    from read_values as rows
    cross join date_bounds
    offset 0 -- or each fault is looked for again wherever it is named
),

typed as (
    select
        {{ key }},
        force,
        load_id,
        file_id,
        row_number,
        {%- for field in fields %}
        {%- for column in niche_columns(field) %}
        {%- if field.bounds == 'fact' %}
        case when coalesce({{ field.name }}_fault like '%kept', true)
            then {{ column }}
        end as {{ column }},
        {%- elif field.bounds %}
        case when {{ field.name }}_fault is null then {{ column }} end as {{ column }},
        {%- else %}
        {{ column }},
        {%- endif %}
        {%- endfor %}
        {%- endfor %}
        nullif(
            concat_ws(
                '; ',
                {%- for field in dates %}
                '{{ field.name }}: ' || {{ 'coalesce(' ~ field.name ~ '_fault, '
                    ~ field.name ~ '_clock_fault)' if field.has_day_only
                    else field.name ~ '_fault' }}
                {{- '' if loop.last else ',' }}
                {%- endfor %}
            ),
            ''
        ) as date_faults,
        emptied_fields,
        is_outdated,
        extracted_at,
        modified_at,
        gone_before,
        given_at,
        is_kept
    from judged
),

{% endif -%}
{% if is_partial -%}
standing as (
    {{ niche_standing_rows(entity, key, reread) }}
),

compared as (
    select distinct on (candidates.force, candidates.{{ key }})
        candidates.*,
        bool_or(candidates.is_kept) over (
            partition by candidates.force, candidates.{{ key }}
        ) as is_kept_in_any
    from (
        select * from typed
        union all
        select * from standing
    ) as candidates
    order by {{ niche_newest_first('candidates', key, 'modified_at') }}
),

{% endif -%}
final as (
    select
        {%- for column in [key, 'force', 'load_id', 'file_id', 'row_number'] %}
        rows.{{ column }},
        {%- endfor %}
        {%- for field in fields %}
        {%- for column in niche_columns(field) %}
        {% if column == field.name %}{{ niche_protective_value(field, protected) }}
        {%- else %}rows.{{ column }}{% endif %},
        {%- endfor %}
        {%- endfor %}
        {%- if dates %}
        rows.date_faults,
        {%- endif %}
        rows.emptied_fields,
        coalesce(quarantined.extracted_at > rows.given_at, false) as is_outdated,
        rows.extracted_at,
        rows.modified_at
    from {{ 'compared' if is_partial else 'typed' }} as rows
    {{ niche_tombstones_join(entity, key, is_partial) }}
    left join quarantined
        on rows.force = quarantined.force
        and rows.{{ key }} = quarantined.id
    where tombstones.id_hash is null
        and (
            rows.gone_before is null
            or rows.modified_at >= rows.gone_before
            or quarantined.is_in_full
            or {{ 'rows.is_kept_in_any' if is_partial else 'rows.is_kept' }}
        )
)

select * from final
{%- endmacro %}


{#- The records of an entity that are in quarantine, as a query of (force, id, load_id,
    file_id, row_number, record_id, extracted_at, is_open, is_in_full, is_current), one row
    or more for each. Where the fields of a row could not be told apart, or its id is no
    number, every number in it may be the id. -#}
{% macro niche_quarantined_records(entity) -%}
    select
        files.force,
        ids.id,
        files.load_id,
        rows.file_id,
        rows.row_number,
        rows.record_id,
        files.extracted_at,
        {{ niche_says_open(entity) }} as is_open,
        coalesce(files.load_id = files.full_load_id, false) as is_in_full,
        coalesce(files.extracted_at >= files.gone_before, true) as is_current
    from {{ source('quarantine', 'niche_' ~ entity) }} as rows
    inner join {{ ref('stg_niche__files') }} as files on rows.file_id = files.file_id
    cross join lateral ops.quarantined_ids(rows.record_id, rows.original) as ids
{%- endmacro %}


{#- True if a row in quarantine could be read and keeps its record from nobody: each of
    its `codes`, which may protect, has the term that does not. A row that could not be
    read, and a code that nobody has classified, protect. Where the code is empty, it may
    stand in another field of the row, or have stood in a text that is gone. Landing
    keeps these codes (`FileKind.protective`). -#}
{% macro niche_says_open(entity) -%}
    {%- set codes = {
        'occurrences': {
            'access_domain': {'terms': 'access_domains', 'open': 'open'},
        },
        'persons': {
            'access_domain': {'terms': 'access_domains', 'open': 'open'},
            'person_type': {
                'terms': 'person_types', 'open': 'nominal', 'open_if_empty': True,
            },
        },
    }.get(entity, {}) -%}
    {%- if codes -%}
    coalesce(rows.record_id ~ '^[0-9]+$', false)
        {%- for column, protection in codes.items() %}
        and exists (
            select 1
            from {{ source('niche_ops', 'niche_terms') }} as terms
            where terms.force = files.force
                and terms.terms_table = '{{ protection.terms }}'
                and terms.term = '{{ protection.open }}'
                and (
                    terms.code = ops.code_key(rows.{{ column }})
                    {%- if protection.open_if_empty %}
                    or ops.code_key(rows.{{ column }}) = ''
                    {%- endif %}
                )
        )
        and (
            ops.code_key(rows.{{ column }}) <> ''
            or rows.original <> ''
            and not exists (
                select 1
                from regexp_split_to_table(rows.original, '[",]') as pieces (piece)
                inner join {{ source('niche_ops', 'niche_terms') }} as terms
                    on terms.force = files.force
                    and terms.terms_table = '{{ protection.terms }}'
                    and terms.term <> '{{ protection.open }}'
                    and terms.code = ops.code_key(pieces.piece)
                where terms.code <> ''
            )
        )
        {%- endfor %}
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}


{#- The rows in quarantine that do not say that their record is open, each with the
    version of it that stands: the columns of `niche_quarantined_records`, and standing_id
    (empty if no version stands), is_outdated and access_domain. -#}
{% macro niche_closing_rows(entity, key) -%}
    select
        quarantined.*,
        standing.{{ key }} as standing_id,
        standing.is_outdated,
        standing.access_domain
    from (
        {{ niche_quarantined_records(entity) }}
    ) as quarantined
    left join {{ ref('stg_niche__' ~ entity) }} as standing
        on quarantined.force = standing.force
        and quarantined.id = standing.{{ key }}
    where not quarantined.is_open
{%- endmacro %}


{#- The records that are known by a row in quarantine only, which does not say that they
    are open: a query of (force, id). -#}
{% macro niche_unread_records(entity, key) -%}
    select distinct
        force,
        id
    from (
        {{ niche_closing_rows(entity, key) }}
    ) as closing
    where standing_id is null
{%- endmacro %}


{#- The records that an incremental run reads again in all their versions, as a query of
    (force, id): those that a new delivery has in quarantine, and those that stand
    outdated. -#}
{% macro niche_reread_query(entity, key) -%}
    select
        quarantined.force,
        quarantined.id
    from (
        {{ niche_quarantined_records(entity) }}
    ) as quarantined
    where quarantined.load_id = any({{ new_deliveries(entity) }})
    union
    select
        force,
        {{ key }}
    from {{ this }}
    where is_outdated
{%- endmacro %}


{#- The same records as two lists, `ids` and `pairs` of force and id, each an array in
    SQL; none if there is no record. Constants, so that the query uses the index of raw
    on its ids. -#}
{% macro niche_reread_records(entity, key) -%}
    {%- set lists = run_query(
        "select array_agg(distinct id)::text, array_agg(force || ' ' || id)::text from ("
        ~ niche_reread_query(entity, key) ~ ") as reread"
    ).rows[0] -%}
    {%- if lists[0] is none -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return({
        'ids': "'" ~ lists[0] ~ "'::text[]",
        'pairs': "'" ~ lists[1] ~ "'::text[]",
    }) }}
{%- endmacro %}


{#- True for a version of a record that is read again. -#}
{% macro niche_is_reread(reread, id, force) -%}
    (
            {{ id }} = any({{ reread.ids }})
            and {{ force }} || ' ' || {{ id }} = any({{ reread.pairs }})
        )
{%- endmacro %}


{#- A field of the current version. What protects somebody does where it could not be
    read: a fact (bounds `fact`: an elimination, a death) has happened, no later than the
    record was last modified, or who was eliminated would be a suspect again; a mark
    (variable `protective_marks`) is set; and a record is restricted of which a later row
    is in quarantine, unless that row says that it is open. -#}
{% macro niche_protective_value(field, protected) -%}
    {%- set is_emptied -%}
        '{{ field.name }}' = any(string_to_array(rows.emptied_fields, ','))
    {%- endset -%}
    {%- if field.bounds == 'fact' -%}
    {%- set modified = 'rows.modified_at' if field.form == 'instant' else
        "(rows.modified_at at time zone '" ~ var('time_zone') ~ "')::date" -%}
    coalesce(
            rows.{{ field.name }},
            case when {{ is_emptied }} then {{ modified }} end
        ) as {{ field.name }}
    {%- elif field.name in var('protective_marks') -%}
    coalesce(
            rows.{{ field.name }}, case when {{ is_emptied }} then true end
        ) as {{ field.name }}
    {%- elif field == protected -%}
    case
            when quarantined.closed_at > rows.given_at then 'restricted'
            else rows.{{ field.name }}
        end as {{ field.name }}
    {%- else -%}
    rows.{{ field.name }}
    {%- endif -%}
{%- endmacro %}


{#- Pre-hook of a staging model: write to `changed_here` the records that a new delivery
    has, that a deletion erased from raw, that a new full extract may lack, or that are
    read again because of a row in quarantine. -#}
{% macro find_changed_records() -%}
    {%- set files = ref('stg_niche__files') -%}
    {%- if execute and is_incremental() -%}
    {%- set entity = model.config.meta.entity -%}
    {%- set key = model.config.unique_key[1] -%}
    {%- set new_loads = new_deliveries(entity) -%}
    create temp table changed_here on commit drop as
    select
        files.force,
        rows.{{ key }} as id
    from {{ source('niche_raw', 'niche_' ~ entity) }} as rows
    inner join {{ files }} as files on rows.file_id = files.file_id
    where rows.load_id = any({{ new_loads }})
    union
    select
        force,
        id
    from {{ source('niche_ops', 'changed_keys') }}
    where kind = 'erased {{ entity }}'
        and is_claimed
    union
    select
        force,
        {{ key }}
    from {{ this }}
    where force in (
        select force from {{ files }}
        where entity = '{{ entity }}'
            and load_id = full_load_id
            and load_id = any({{ new_loads }})
    )
    union
    {{ niche_reread_query(entity, key) }};
    analyze changed_here
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}


{#- Post-hook of a staging model: make its key not null, and make a small index for each
    column of codes without a term and for dates that cannot be, so that they are counted
    fast. -#}
{% macro enforce_keys() -%}
    {%- if not execute or is_incremental() -%}
    select 1
    {%- else -%}
    alter table {{ this }}
        alter column {{ model.config.unique_key[1] }} set not null,
        alter column force set not null;
    {%- set names = adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
    {%- for name in names if name.endswith('_code') and name[:-5] in names %}
    create index on {{ this }} (force) where {{ name }} is not null;
    {%- endfor %}
    {%- if 'date_faults' in names %}
    create index on {{ this }} (force) where date_faults is not null;
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- The deliveries with this entity that no transform has built, as an array of load
    ids. They are a set and never a maximum, because of two loads the lower id may be
    committed later. They are constants in the query, so that it uses the index on
    `load_id`. -#}
{% macro new_deliveries(entity) -%}
    {%- set loads = run_query(
        "select distinct load_id from " ~ ref('stg_niche__files')
        ~ " where entity = '" ~ entity ~ "' and load_id::text not in"
        ~ " (select source from ops.built_from where part = 'niche_rms')"
        ~ " order by load_id"
    ) -%}
    {{ return("'{" ~ loads.columns[0].values() | join(',') ~ "}'::integer[]") }}
{%- endmacro %}


{#- The CTEs `versions` and `newest` of the query on one entity: every landed version,
    with the data of its file and its force, and the newest version of each record.

    A full refresh compares versions only for the few records that landed more than
    once. It reads the raw rows once for each CTE, because materialized `versions` would
    fill a gigabyte of temporary files. `repeated` tests a range of counts, because the
    planner expects one record in 200 to pass it; it would expect one in three to pass
    `> 1`, and sort everything. -#}
{% macro niche_newest_versions(entity, key, is_partial, reread) -%}
versions as {{ '' if is_partial else 'not materialized ' }}(
    select
        rows.*,
        files.force,
        files.extracted_at,
        files.gone_before,
        files.is_restated,
        -- A restatement is written again here, not given by the force.
        coalesce(
            rows.load_id = files.full_load_id
            or (
                files.extracted_at > files.gone_before
                and not coalesce(files.is_restated, false)
            ),
            true
        ) as is_in_source,
        mappings.instant_template,
        mappings.day_template,
        mappings.clock,
        mappings.yes,
        mappings.no,
        mappings.separator,
        mappings.coordinate_scale,
        mappings.stand_in_days,
        to_timestamp(rows.modified_at, mappings.instant_template)
            at time zone 'UTC' at time zone mappings.clock as modified_on
    from {{ source('niche_raw', 'niche_' ~ entity) }} as rows
    inner join {{ ref('stg_niche__files') }} as files on rows.file_id = files.file_id
    inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
        on files.force = mappings.force
    {%- if is_partial %}
    where rows.load_id = any({{ new_deliveries(entity) }})
        {%- if reread %}
        or {{ niche_is_reread(reread, 'rows.' ~ key, 'files.force') }}
        {%- endif %}
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
        versions.extracted_at as given_at,
        versions.is_in_source as is_kept
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
            max(versions.extracted_at) filter (where not versions.is_restated) over (
                partition by versions.force, versions.{{ key }}
            ) as given_at,
            bool_or(versions.is_in_source) over (
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


{#- The order of the versions of a record: the current version first. -#}
{% macro niche_newest_first(relation, key, modified) -%}
            {{ relation }}.force,
            {{ relation }}.{{ key }},
            {{ relation }}.{{ modified }} desc,
            {{ relation }}.extracted_at desc,
            {{ relation }}.load_id desc,
            {{ relation }}.row_number desc
{%- endmacro %}


{#- The rows that the table has of the changed records, but for those that are read again.
    They are in the newest full extract, or came or were modified after it, unless that
    extract is a new delivery. -#}
{% macro niche_standing_rows(entity, key, reread) -%}
select
        rows.*,
        full_extracts.gone_before,
        rows.extracted_at as given_at,
        coalesce(
            full_extracts.full_load_id <> all({{ new_deliveries(entity) }})
            or (
                rows.extracted_at > full_extracts.gone_before
                and not coalesce(files.is_restated, false)
            ),
            true
        ) as is_kept
    from {{ this }} as rows
    left join {{ ref('stg_niche__files') }} as files on rows.file_id = files.file_id
    left join (
        select distinct
            force,
            gone_before,
            full_load_id
        from {{ ref('stg_niche__files') }}
        where entity = '{{ entity }}'
    ) as full_extracts on rows.force = full_extracts.force
    where {{ is_changed('changed_here', relation='rows', column=key) }}
        {%- if reread %}
        and not {{ niche_is_reread(reread, 'rows.' ~ key, 'rows.force') }}
        {%- endif %}
{%- endmacro %}


{#- The tombstones of records that the force deleted and has not written since. A
    deletion erases the rows that landed before it, so a full refresh computes the hash
    of later rows only. -#}
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
