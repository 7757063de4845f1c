-- What tables of crimes give to core (contract `crimes`). What a type of crime counts
-- as, and what kind of place a location is, says the force's mapping; a type that it
-- does not have is no serious violence, and an unknown kind of place may be public.
-- A crime without a time of its report counts as reported when it ended.
{{ config(indexes=[
    {'columns': ['crime_key'], 'unique': true}, {'columns': ['hexagon_id']},
]) }}
-- depends_on: {{ ref('int_incident_default_minutes') }}

with

location_scope as (
    {{ holding('location_scope', 'location_type') }}
),

crimes as (
    select
        incidents.*,
        {{ incident_place_id('incidents') }} as place_id,
        times.patrol_window,
        times.is_time_known
        and not coalesce(defaults.is_default, false) as is_hour_known,
        times.occurred_to as ended_at,
        case
            when defaults.is_default then times.occurred_date
            else times.operational_date
        end as operational_date
    from {{ ref('stg_incidents__crimes') }} as incidents
    inner join {{ ref('int_incident_times') }} as times
        on incidents.force = times.force
        and incidents.reference = times.reference
    left join {{ ref('int_incident_default_minutes') }} as defaults
        on times.force = defaults.force
        and times.default_minute = defaults.minute_of_day
),

final as (
    select
        crimes.force || '|incidents|' || crimes.reference as crime_key,
        crimes.reference as occurrence_id,
        crimes.reference as occurrence_number,
        places.place_id,
        places.hexagon_id,
        places.area_id,
        places.area_ids,
        crimes.beat,
        coalesce(
            places.institution_id,
            location_scope.institution_kind || '@'
            || coalesce(places.hexagon_id, crimes.reference)
        ) as institution_id,
        crimes.force,
        crimes.crime_type,
        crimes.outcome,
        coalesce(location_types.term, crimes.location_type) as location_type,
        places.geocode_quality,
        case when crimes.is_hour_known then crimes.patrol_window end as patrol_window,
        coalesce(types.harm_days, 1)::numeric as harm_days,
        coalesce(types.is_serious_violence, false) as is_serious_violence,
        coalesce(types.is_police_generated, false) as is_police_generated,
        places.is_at_institution
        or location_scope.institution_kind is not null as is_at_institution,
        places.is_located,
        location_scope.is_public_place,
        crimes.is_domestic as is_domestic_abuse,
        crimes.is_restricted,
        crimes.is_hour_known as is_time_known,
        date_trunc('month', crimes.operational_date)::date as month,
        crimes.operational_date,
        crimes.occurred_from,
        crimes.ended_at as occurred_to,
        coalesce(crimes.reported_at, crimes.ended_at) as reported_at
    from crimes
    inner join {{ ref('incidents_places') }} as places
        on crimes.place_id = places.place_id
    left join {{ source('incidents_ops', 'incident_crime_types') }} as types
        on crimes.force = types.force
        and crimes.crime_type_code = types.code
    left join {{ source('incidents_ops', 'incident_location_types') }} as location_types
        on crimes.force = location_types.force
        and crimes.location_type_code = location_types.code
    left join location_scope on location_types.term = location_scope.location_type
)

select * from final
