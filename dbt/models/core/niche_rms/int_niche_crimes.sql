-- One row per notifiable crime that counts: an occurrence has one for each of its
-- classifications. It has every crime of the force; serious violence, public place,
-- police-generated and the like are columns, so that any definition is a filter. A
-- crime is serious violence if its class is in the scope and, if the class needs a
-- weapon, one was recorded or a knife decided.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        indexes=[
            {'columns': ['crime_key'], 'unique': true},
            {'columns': ['occurrence_id']},
            {'columns': ['hexagon_id']},
            {'columns': ['reported_at']},
        ],
        post_hook="""
            {{ index_where('hexagon_id', 'is_serious_violence') }}
            {{ index_where('institution_id', 'institution_id is not null') }}
        """,
    )
}}

with

offences as (
    select * from {{ ref('int_niche_offences') }}
    where {{ is_changed('occurrence_id') }}
),

occurrences as (
    select * from {{ ref('stg_niche__occurrences') }}
    where {{ is_changed('occurrence_id') }}
),

final as (
    select
        offences.force || '|' || offences.occurrence_id || '|' || offences.sequence
            as crime_key,
        offences.occurrence_id,
        offences.classification_id,
        occurrences.occurrence_number,
        offences.force,
        locations.position_id,
        case
            when locations.position_id is not null
                then {{ niche_place_id('offences.force', 'locations.position_id') }}
        end as place_id,
        locations.hexagon_id,
        locations.area_id,
        locations.area_ids,
        locations.institution_id,
        locations.institution_kind,
        occurrences.officer_id,
        occurrences.unit_id,
        occurrences.beat,
        offences.offence_id,
        offences.recorded_class,
        offences.recorded_subclass,
        offences.reported_class,
        offences.crime_type,
        offences.detection_mode,
        offences.outcome_code,
        offences.outcome,
        offences.outcome_group,
        locations.location_type,
        locations.geocode_quality,
        coalesce(signs.knife_decision, 'no') as knife_decision,
        signs.knife_source,
        signs.knife_text,
        times.patrol_window,
        offences.harm_version,
        offences.definition_version,
        offences.sequence,
        offences.harm_days,
        times.window_hours,
        times.default_minute,
        offences.is_serious_violence_offence and (
            not offences.needs_weapon
            or coalesce(signs.is_weapon_recorded, false)
            or coalesce(signs.knife_decision = 'yes', false)
        ) as is_serious_violence,
        offences.is_serious_violence_offence,
        offences.needs_weapon,
        coalesce(signs.is_weapon_recorded, false)
        or coalesce(signs.knife_decision = 'yes', false) as has_weapon,
        coalesce(signs.knife_decision = 'yes', false) as is_knife_enabled,
        coalesce(signs.is_knife_flagged, false) as is_knife_flagged,
        coalesce(signs.is_knife_weapon, false) as is_knife_weapon,
        coalesce(signs.is_knife_denied, false) as is_knife_denied,
        coalesce(signs.is_domestic_abuse, false) as is_domestic_abuse,
        offences.is_police_generated,
        locations.is_public_place,
        locations.is_dwelling,
        locations.is_at_institution,
        locations.is_located,
        offences.is_attempt,
        offences.is_reclassified,
        offences.is_class_known,
        offences.is_harm_fallback,
        offences.is_positive_outcome,
        coalesce(occurrences.access_domain <> 'open', true) as is_restricted,
        times.is_time_known,
        times.is_after_report,
        times.is_window_reversed,
        date_trunc('month', times.operational_date)::date as month,
        times.occurred_date,
        times.operational_date,
        times.reported_date,
        times.recorded_date,
        offences.outcome_on,
        times.occurred_from,
        times.occurred_to,
        times.reported_at,
        times.recorded_at
    from offences
    inner join occurrences
        on offences.occurrence_id = occurrences.occurrence_id
        and offences.force = occurrences.force
    inner join {{ ref('int_niche_crime_times') }} as times
        on offences.occurrence_id = times.occurrence_id
        and offences.force = times.force
    inner join {{ ref('int_niche_locations') }} as locations
        on offences.occurrence_id = locations.occurrence_id
        and offences.force = locations.force
    left join {{ ref('int_niche_weapon_signs') }} as signs
        on offences.occurrence_id = signs.occurrence_id
        and offences.force = signs.force
)

select * from final
