-- The aoristic weight of each hour of the week for each subject. Summed as numeric, so
-- that the figure is the same whatever the order of the rows.
with

places as (
    select
        force,
        subject_id
    from {{ ref('int_time_subjects') }}
    where level = 'place'
),

events as (
    select
        times.force,
        times.area_id,
        places.subject_id as hexagon_id,
        times.clock,
        times.occurred_from,
        times.occurred_to
    from {{ ref('int_event_times') }} as times
    left join places
        on times.force = places.force
        and times.hexagon_id = places.subject_id
    where not times.is_time_unknown
),

-- Summed where events are many and groups few; the levels are sums of these sums.
weights as (
    select
        force,
        area_id,
        hexagon_id,
        hour_of_week,
        sum(weight::numeric) as weight
    from {{ aoristic_weights('events', 'force, area_id, hexagon_id') }} as weighed
    group by force, area_id, hexagon_id, hour_of_week
),

final as (
    select
        force,
        case
            when grouping(area_id) = 0 then 'area'
            when grouping(hexagon_id) = 0 then 'place'
            else 'force'
        end as level,
        coalesce(area_id, hexagon_id, force) as subject_id,
        hour_of_week,
        sum(weight)::double precision as weight
    from weights
    group by
        hour_of_week,
        grouping sets ((force), (force, area_id), (force, hexagon_id))
    having
        (grouping(area_id) = 1 or area_id is not null)
        and (grouping(hexagon_id) = 1 or hexagon_id is not null)
)

select * from final
