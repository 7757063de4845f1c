-- The number of each code that is in no mapping or definition, and what is assumed of
-- it.
-- Such codes land and are kept; no term is guessed for them. What may protect somebody
-- does.
{{ config(materialized='view') }}
{%- set coded = {
    'occurrences': ['location_type', 'access_domain'],
    'classifications': ['detection_mode'],
    'court_results': ['result'],
    'persons': ['sex', 'ethnicity', 'person_type', 'access_domain'],
    'person_names': ['name_type'],
    'person_addresses': ['address_role'],
    'person_contacts': ['contact_type'],
    'involvements': ['roles'],
    'addresses': ['premise_type'],
    'occurrence_addresses': ['roles'],
    'weapons': ['weapon', 'weapon_use'],
    'flags': ['flag'],
    'warnings': ['warning'],
    'orders': ['order_type'],
    'bails': ['bail_type'],
    'stop_searches': ['object_of_search', 'found'],
    'intelligence': ['topic'],
} %}
{%- set assumed = {
    'occurrences.access_domain': 'restricted: its number is hidden',
    'persons.access_domain': 'restricted: on no list',
    'persons.person_type': 'restricted: on no list',
    'involvements.roles': 'in no role: on no list by it',
    'flags.flag': 'no flag: neither domestic abuse nor a weapon',
    'court_results.result': 'no conviction: suspicion has ended',
    'outcomes.outcome_code': 'no positive outcome: suspicion has ended',
    'classifications.recorded_class': 'no serious violence',
} %}
{%- set lists = ['involvements', 'occurrence_addresses'] %}

with

unmapped as (
    {%- for entity, columns in coded.items() %}
    {%- for column in columns %}
    select
        force,
        '{{ entity }}' as entity,
        '{{ column }}' as field,
        {{ 'unnest(' ~ column ~ '_code)' if entity in lists else column ~ '_code' }}
            as code
    from {{ ref('stg_niche__' ~ entity) }}
    where {{ column }}_code is not null
    union all
    {%- endfor %}
    {%- endfor %}
    select
        force,
        'classifications' as entity,
        'recorded_class' as field,
        recorded_class as code
    from {{ ref('int_niche_offences') }}
    where not is_class_known
    union all
    select
        force,
        'outcomes' as entity,
        'outcome_code' as field,
        outcome_code as code
    from {{ ref('int_niche_latest_outcomes') }}
    where outcome is null
),

final as (
    select
        force,
        entity,
        field,
        code,
        case
            {%- for column, words in assumed.items() %}
            when entity || '.' || field = '{{ column }}' then '{{ words }}'
            {%- endfor %}
            else 'empty'
        end as assumed,
        count(*)::integer as records
    from unmapped
    group by force, entity, field, code
)

select * from final
