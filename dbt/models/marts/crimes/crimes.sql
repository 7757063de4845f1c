-- Every crime of a source that knows instants, one row each, no person in it: from a
-- place to its crimes to the number an officer looks up. Crimes of restricted records
-- are not here: `restricted_crimes` counts them. Places and their names are those of
-- now, times those of the force's clock. It is built whole at each transform, so it has
-- only the indexes that the page needs. None begins with the force: a warehouse has one
-- or two, and sorting by their names was most of the time that an index took.
{{
    config(
        tags=['instants'],
        post_hook="{{ index_where('hexagon_id', 'is_in_place_scope') }}",
        indexes=[
            {'columns': ['operational_date']},
            {'columns': ['period', 'operational_date']},
            {'columns': ['crime_type', 'operational_date']},
            {'columns': ['hexagon_id']},
            {'columns': ['occurrence_number']},
        ],
    )
}}
-- depends_on: {{ ref('dim_offence') }}
{%- set has_offences = is_built(ref('dim_offence')) %}

with

crimes as (
    select * from {{ ref('all_crimes') }} as crimes
    where {{ knows_instants('crimes') }}
        and not {{ is_restricted('crimes') }}
),

final as (
    select
        crimes.crime_key,
        crimes.occurrence_id,
        crimes.occurrence_number,
        crimes.force,
        forces.force_name,
        {{ area_label('areas.area', 'crimes.is_located') }} as area,
        crimes.beat,
        coalesce(placed.hexagon_id, crimes.hexagon_id) as hexagon_id,
        crimes.hexagon_id as cell_id,
        names.place_name,
        designated.hot_spot_name,
        crimes.crime_type,
        {{ 'offences.title' if has_offences else 'null' }} as offence_title,
        coalesce(crimes.outcome, 'no outcome yet') as outcome,
        crimes.outcome_group,
        crimes.location_type,
        crimes.geocode_quality,
        crimes.patrol_window,
        crimes.harm_days::double precision as harm_days,
        designated.hexagon_id is not null as is_designated,
        {{ is_place_scope('crimes') }} as is_in_place_scope,
        crimes.is_serious_violence,
        crimes.is_knife_enabled,
        crimes.is_domestic_abuse,
        crimes.is_public_place,
        crimes.is_police_generated,
        crimes.is_time_known,
        to_char(crimes.month, 'YYYY-MM') as period,
        crimes.month,
        crimes.operational_date,
        {{ local_time('crimes.occurred_from', 'forces.clock') }} as occurred_from,
        {{ local_time('crimes.occurred_to', 'forces.clock') }} as occurred_to,
        {{ local_time('crimes.reported_at', 'forces.clock') }} as reported_at
    from crimes
    inner join {{ ref('dim_force') }} as forces on crimes.force = forces.force
    left join {{ source('geo', 'areas') }} as areas on crimes.area_id = areas.area_id
    {%- if has_offences %}
    left join {{ ref('dim_offence') }} as offences
        on crimes.offence_id = offences.offence_id
    {%- endif %}
    left join {{ ref('placed_locations') }} as placed
        on crimes.place_id = placed.place_id
    left join {{ ref('place_names') }} as names
        on coalesce(placed.hexagon_id, crimes.hexagon_id) = names.hexagon_id
    left join {{ ref('designated_places') }} as designated
        on coalesce(placed.hexagon_id, crimes.hexagon_id) = designated.hexagon_id
)

select * from final
