{#- The offences of a history: the person, the role and the result. The words of a
    result never mix a suspicion with a finding. -#}
{% macro history_of_offences(offences) -%}
    select
        force,
        golden_id as person_id,
        'offence' as kind,
        side,
        crime_key as source_id,
        occurrence_number,
        area_id,
        title,
        role,
        case
            when side = 'harmed' then null
            when eliminated_at is not null then 'eliminated'
            when has_ended then 'no further action'
            when role_to is not null then 'ended'
            when evidence_tier >= 3 then 'on evidence'
            else 'suspected only'
        end as result,
        outcome as detail,
        is_serious_violence,
        occurred_at as began_at,
        null::timestamptz as ends_at
    from {{ offences }}
{%- endmacro %}


{#- Orders, bail or warnings of a history, with the first instant at which they no
    longer hold. If they end on a day, that is the start of the next day. Bail in a
    restricted occurrence is left out. -#}
{% macro history_of_marks(relation, kind) -%}
    {%- set is_bail = kind == 'bail' -%}
    select
        marks.force,
        records.person_id,
        '{{ kind }}' as kind,
        {{ "'neither'" if kind == 'warning' else "'causing harm'" }} as side,
        marks.{{ kind }}_id as source_id,
        null as occurrence_number,
        null as area_id,
        {{ 'marks.warning' if kind == 'warning' else 'marks.' ~ kind ~ '_type' }}
            as title,
        null as role,
        null as result,
        {{ 'null' if kind == 'warning' else 'marks.conditions' }} as detail,
        false as is_serious_violence,
        {%- if is_bail %}
        marks.started_at as began_at,
        marks.ended_at as ends_at
        {%- else %}
        marks.started_on::timestamp at time zone moments.clock as began_at,
        (marks.ended_on + 1)::timestamp at time zone moments.clock as ends_at
        {%- endif %}
    from {{ relation }} as marks
    inner join records
        on marks.force = records.force
        and marks.person_id = records.source_person_id
    inner join {{ ref('people_as_of') }} as moments on marks.force = moments.force
    {%- if is_bail %}
    where {{ is_of_open_occurrence('marks') }}
    {%- endif %}
{%- endmacro %}
