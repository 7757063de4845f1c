-- Every classification that an occurrence ever had, with its state: counted, superseded
-- by a later one, ended, or of an occurrence that is no crime, was cancelled or was
-- transferred to another force. Only the `counted` ones are in `int_niche_crimes`.
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

final as (
    select
        classifications.classification_id,
        classifications.occurrence_id,
        classifications.force,
        {{ offence_class('classifications.reported_class') }} as reported_class,
        {{
            offence_subclass(
                'classifications.reported_subclass',
                'classifications.reported_class',
            )
        }} as reported_subclass,
        {{ offence_class('classifications.recorded_class') }} as recorded_class,
        {{
            offence_subclass(
                'classifications.recorded_subclass',
                'classifications.recorded_class',
            )
        }} as recorded_subclass,
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
    left join occurrences
        on classifications.occurrence_id = occurrences.occurrence_id
        and classifications.force = occurrences.force
    left join {{ ref('people_as_of') }} as moments
        on classifications.force = moments.force
)

select * from final
