-- Values of records that the warehouse could not take as they are: codes that nobody
-- has classified, dates that cannot be, hours that the clocks skip or repeat, and rows
-- in quarantine that may restrict their record or end a suspicion. This says what was
-- assumed.
{{ config(tags=['instants']) }}
-- depends_on: {{ ref('unmapped_codes') }}
-- depends_on: {{ ref('incident_unmapped_codes') }}
-- depends_on: {{ ref('date_faults') }}
-- depends_on: {{ ref('closed_by_quarantine') }}
-- depends_on: {{ ref('incident_faults') }}
{%- set hidden = 'a row that does not say that its record is open' %}
{%- set decided = 'a newer row, which may be an acquittal' %}
{%- set unread = {
    'occurrences': {
        'field': 'access_domain',
        'what': hidden,
        'assumed': 'restricted: its number is hidden',
    },
    'persons': {
        'field': 'access_domain',
        'what': hidden,
        'assumed': 'restricted: on no list',
    },
    'involvements': {
        'field': 'eliminated_at',
        'what': 'a newer row, which may eliminate a suspect',
        'assumed': 'eliminated: suspicion does not count',
    },
    'outcomes': {
        'field': 'outcome_code',
        'what': decided,
        'assumed': 'closed: suspicion does not count',
    },
    'court_results': {
        'field': 'result',
        'what': decided,
        'assumed': 'acquitted: suspicion does not count',
    },
} %}

with

found as (
    {%- for model in ['unmapped_codes', 'incident_unmapped_codes']
        if is_built(ref(model)) %}
    select
        force,
        'code without a term' as kind,
        entity,
        field,
        code as what,
        assumed,
        records
    from {{ ref(model) }}
    union all
    {%- endfor %}
    {%- if is_built(ref('date_faults')) %}
    select
        force,
        case
            when {{ read_by_the_clocks('reason') }} is null then 'date that cannot be'
            else '{{ clock_kind() }}'
        end as kind,
        entity,
        field,
        reason as what,
        coalesce(
            {{ read_by_the_clocks('reason') }},
            case when reason like '%kept' then 'as written' else 'empty' end
        ) as assumed,
        records
    from {{ ref('date_faults') }}
    union all
    {%- endif %}
    {%- if is_built(ref('incident_faults')) %}
    select
        force,
        kind,
        entity,
        field,
        what,
        assumed,
        records
    from {{ ref('incident_faults') }}
    union all
    {%- endif %}
    {%- if is_built(ref('closed_by_quarantine')) %}
    select
        force,
        'row in quarantine' as kind,
        entity,
        {%- for column in ['field', 'what', 'assumed'] %}
        case entity
            {%- for entity, words in unread.items() %}
            when '{{ entity }}' then '{{ words[column] }}'
            {%- endfor %}
        end as {{ column }},
        {%- endfor %}
        records
    from {{ ref('closed_by_quarantine') }}
    union all
    {%- endif %}
    select
        null as force,
        null as kind,
        null as entity,
        null as field,
        null as what,
        null as assumed,
        null::integer as records
    where false
),

final as (
    select
        found.force,
        coalesce(forces.force_name, found.force) as force_name,
        found.kind,
        found.entity,
        found.field,
        found.what,
        found.assumed,
        found.records
    from found
    left join {{ ref('dim_force') }} as forces on found.force = forces.force
)

select * from final
