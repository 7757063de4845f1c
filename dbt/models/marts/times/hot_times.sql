-- The week of each force, area and place in its 168 local hours.
{{ config(indexes=[{'columns': ['force', 'level', 'subject_id']}]) }}

with

rules as (
    select * from {{ latest_definition(ref('time_rules')) }} as held
),

grid as (
    select
        subjects.*,
        subjects.events - subjects.unknown_time_events as known_time_events,
        exposure.hour_of_week,
        exposure.exposure_hours,
        coalesce(weights.weight, 0) as weight,
        coalesce(force_weights.weight, 0) as force_weight
    from {{ ref('int_time_subjects') }} as subjects
    inner join {{ ref('hour_exposure') }} as exposure
        on subjects.force = exposure.force
    left join {{ ref('int_hour_weights') }} as weights
        on subjects.force = weights.force
        and subjects.level = weights.level
        and subjects.subject_id = weights.subject_id
        and exposure.hour_of_week = weights.hour_of_week
    left join {{ ref('int_hour_weights') }} as force_weights
        on subjects.force = force_weights.force
        and force_weights.level = 'force'
        and exposure.hour_of_week = force_weights.hour_of_week
),

shrunk as (
    select
        grid.*,
        {{ shrunk_share(
            'grid.weight',
            'grid.known_time_events',
            'grid.force_weight / nullif(sum(grid.force_weight) over subject, 0)',
            'rules.shrinkage_events'
        ) }} as expected_share,
        rules.definition_version
    from grid
    cross join rules
    window subject as (partition by grid.force, grid.level, grid.subject_id)
),

final as (
    select
        shrunk.force,
        shrunk.level,
        shrunk.subject_id,
        coalesce(areas.area, forces.force_name, shrunk.subject_id) as subject,
        to_char(date '2024-01-01' + shrunk.hour_of_week / 24, 'Dy') as weekday,
        shrunk.definition_version,
        shrunk.hour_of_week,
        (shrunk.hour_of_week / 24 + 1)::smallint as weekday_number,
        (shrunk.hour_of_week % 24)::smallint as hour,
        shrunk.exposure_hours,
        shrunk.known_time_events,
        shrunk.unknown_time_events,
        shrunk.unknown_time_events::double precision as unknown_time_weight,
        shrunk.unknown_time_events::double precision / shrunk.events
            as unknown_time_share,
        shrunk.weight,
        bands.weight_low,
        bands.weight_high,
        shrunk.weight / nullif(shrunk.exposure_hours, 0) as events_per_hour,
        shrunk.expected_share,
        shrunk.expected_share * shrunk.known_time_events
        / nullif(shrunk.exposure_hours, 0) as expected_events_per_hour
    from shrunk
    left join {{ source('times', 'bands') }} as bands
        on shrunk.force = bands.force
        and shrunk.level = bands.level
        and shrunk.subject_id = bands.subject_id
        and shrunk.hour_of_week = bands.hour_of_week
    left join {{ source('geo', 'areas') }} as areas
        on shrunk.level = 'area' and shrunk.subject_id = areas.area_id
    left join {{ source('geo', 'forces') }} as forces
        on shrunk.level = 'force' and shrunk.subject_id = forces.force
)

select * from final
