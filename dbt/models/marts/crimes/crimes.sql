-- Every crime of a force whose records have days, one row each, no person in it: from a
-- place to its crimes to the number an officer looks up. The number of a record that is
-- restricted in the source is not told.
{{
    config(
        tags=['niche_rms'],
        post_hook="{{ index_where('hexagon_id', 'is_in_place_scope') }}",
        indexes=[
            {'columns': ['crime_key'], 'unique': true},
            {'columns': ['force_name', 'operational_date']},
            {'columns': ['force_name', 'period', 'operational_date']},
            {'columns': ['force_name', 'crime_type', 'operational_date']},
            {'columns': ['hexagon_id']}, {'columns': ['occurrence_id']},
            {'columns': ['occurrence_number']}, {'columns': ['reported_at']},
        ],
    )
}}

with

crimes as (
    select * from {{ ref('int_niche_crimes') }}
),

cells as (
    select * from {{ cell_names() }} as named
),

domains as (
    select * from {{ latest_definition(ref('restricted_domains')) }} as held
),

final as (
    select
        crimes.crime_key,
        crimes.occurrence_id,
        case
            when domains.is_restricted then null
            else crimes.occurrence_number
        end as occurrence_number,
        crimes.force,
        forces.force_name,
        {{ area_label('areas.area', 'crimes.is_located') }} as area,
        crimes.hexagon_id,
        cells.place_name,
        cells.hot_spot_name,
        crimes.crime_type,
        offences.title as offence_title,
        crimes.outcome,
        crimes.outcome_group,
        crimes.location_type,
        crimes.geocode_quality,
        crimes.patrol_window,
        crimes.harm_days::double precision as harm_days,
        coalesce(cells.is_designated, false) as is_designated,
        {{ is_place_scope('crimes') }} as is_in_place_scope,
        coalesce(domains.is_restricted, false) as is_restricted,
        {{ crime_detail('crimes') }}
    from crimes
    inner join {{ ref('dim_force') }} as forces on crimes.force = forces.force
    left join {{ source('geo', 'areas') }} as areas on crimes.area_id = areas.area_id
    left join {{ ref('dim_offence') }} as offences
        on crimes.offence_id = offences.offence_id
    left join cells on crimes.hexagon_id = cells.hexagon_id
    left join domains on crimes.access_domain = domains.access_domain
)

select * from final
