-- The offence of each crime that counts, with its harm and its latest outcome. A
-- subclass that is not known has the scope and the score of its class.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        indexes=[{'columns': ['occurrence_id', 'sequence', 'force'], 'unique': true}],
        post_hook="{{ index_where('force', 'not is_class_known') }}",
    )
}}

with

history as (
    select * from {{ ref('crime_history') }}
    where state = 'counted'
        and {{ is_changed('occurrence_id') }}
),

offences as (
    select * from {{ ref('dim_offence') }}
),

final as (
    select
        history.classification_id,
        history.occurrence_id,
        history.force,
        coalesce(exact.offence_id, classes.offence_id) as offence_id,
        history.recorded_class,
        history.recorded_subclass,
        history.reported_class,
        coalesce(
            exact.crime_type,
            classes.crime_type,
            classes.published_category,
            case
                when classes.offence_id is null then 'Not mapped' else 'Other crime'
            end
        ) as crime_type,
        history.detection_mode,
        outcomes.outcome_code,
        outcomes.outcome,
        outcomes.outcome_group,
        coalesce(exact.harm_version, classes.harm_version, 'no score') as harm_version,
        coalesce(exact.definition_version, classes.definition_version)
            as definition_version,
        history.sequence,
        coalesce(exact.harm_days, classes.harm_days, 0) as harm_days,
        exact.offence_id is null and (
            history.recorded_subclass is not null
            or coalesce(classes.is_harm_fallback, true)
        ) or coalesce(exact.is_harm_fallback, false) as is_harm_fallback,
        classes.offence_id is not null as is_class_known,
        coalesce(exact.is_serious_violence, classes.is_serious_violence, false)
            as is_serious_violence_offence,
        coalesce(exact.needs_weapon, classes.needs_weapon, false) as needs_weapon,
        coalesce(exact.is_police_generated, classes.is_police_generated, false)
        or coalesce(history.detection_mode = 'police', false) as is_police_generated,
        history.is_attempt,
        history.reported_class <> history.recorded_class as is_reclassified,
        coalesce(outcomes.is_positive, false) as is_positive_outcome,
        outcomes.outcome_on
    from history
    left join offences as classes
        on history.recorded_class = classes.offence_id
    left join offences as exact
        on history.recorded_class || '/' || history.recorded_subclass = exact.offence_id
    left join {{ ref('int_niche_latest_outcomes') }} as outcomes
        on history.occurrence_id = outcomes.occurrence_id
        and history.force = outcomes.force
        and history.sequence = outcomes.sequence
)

select * from final
