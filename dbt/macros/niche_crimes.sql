{#- The columns of a crime of this source, from `offences`, `occurrences`, `locations`,
    `signs` and `times`. Serious violence is what the scope says, and where the scope
    asks for a weapon, one was there. -#}
{% macro crime_columns() -%}
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
        occurrences.access_domain,
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
        times.patrol_window,
        offences.harm_version,
        offences.definition_version,
        offences.sequence,
        offences.harm_days,
        coalesce(signs.knife_text_confidence, 0) as knife_text_confidence,
        times.window_hours,
        offences.is_in_scope and (
            not offences.needs_weapon
            or coalesce(signs.is_weapon_recorded, false)
            or coalesce(signs.knife_decision = 'yes', false)
        ) as is_serious_violence,
        offences.is_in_scope,
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
        times.is_time_known,
        times.is_default_time,
        times.is_window_reversed,
        date_trunc('month', times.operational_date)::date as month,
        times.operational_date,
        times.reported_date,
        times.recorded_date,
        offences.outcome_on,
        times.occurred_from,
        times.occurred_to,
        times.reported_at,
        times.recorded_at
{%- endmacro %}


{#- The key of a place of this source: one per force and position. -#}
{% macro niche_place_id(force, position_id) -%}
    md5({{ force }} || '|' || {{ position_id }})::uuid
{%- endmacro %}
