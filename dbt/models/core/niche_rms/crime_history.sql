-- Every classification that an occurrence ever had, with its state: counted, superseded
-- by a later one, ended, or of an occurrence that is no crime, was cancelled or was
-- transferred to another force. Only the `counted` ones are in `int_niche_crimes`. A
-- force writes a few thousand combinations of classes, each of which is read once.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        indexes=[
            {'columns': ['classification_id', 'force'], 'unique': true},
            {'columns': ['occurrence_id']},
        ],
    )
}}

{%- set written -%}
    array[
            classifications.reported_class,
            classifications.reported_subclass,
            classifications.recorded_class,
            classifications.recorded_subclass
        ]
{%- endset %}

with

occurrences as (
    select * from {{ ref('stg_niche__occurrences') }}
    where {{ is_changed('occurrence_id') }}
),

classifications as (
    select
        classifications.*,
        row_number() over (
            partition by
                classifications.force,
                classifications.occurrence_id,
                classifications.sequence
            order by
                classifications.effective_from desc nulls last,
                classifications.classification_id desc
        ) = 1 as is_latest
    from {{ ref('stg_niche__classifications') }} as classifications
    where {{ is_changed('occurrence_id', relation='classifications') }}
),

classes as materialized (
    select
        written,
        {{ offence_class('written[1]') }} as reported_class,
        {{ offence_subclass('written[2]', 'written[1]') }} as reported_subclass,
        {{ offence_class('written[3]') }} as recorded_class,
        {{ offence_subclass('written[4]', 'written[3]') }} as recorded_subclass
    from (
        select distinct {{ written }} as written
        from {{ ref('stg_niche__classifications') }} as classifications
        where {{ is_changed('occurrence_id', relation='classifications') }}
    ) as spellings
),

final as (
    select
        classifications.classification_id,
        classifications.occurrence_id,
        classifications.force,
        classes.reported_class,
        classes.reported_subclass,
        classes.recorded_class,
        classes.recorded_subclass,
        classifications.detection_mode,
        case
            when occurrences.occurrence_id is null then 'no occurrence'
            when not occurrences.is_crime then 'no crime'
            when occurrences.cancelled_at is not null then 'cancelled'
            when occurrences.transferred_to is not null then 'transferred'
            when not classifications.is_latest then 'superseded'
            when {{ has_come('classifications.effective_to', 'moments') }} then 'ended'
            else 'counted'
        end as state,
        classifications.sequence,
        coalesce(classifications.is_attempt, false) as is_attempt,
        classifications.effective_from,
        classifications.effective_to
    from classifications
    inner join classes on {{ written }} = classes.written
    left join occurrences
        on classifications.occurrence_id = occurrences.occurrence_id
        and classifications.force = occurrences.force
    left join {{ ref('people_as_of') }} as moments
        on classifications.force = moments.force
)

select * from final
