-- What has hot times: each force, each of its areas, and its places with most events.
with

rules as (
    select * from {{ latest_definition(ref('time_rules')) }} as held
),

counted as (
    select
        force,
        case
            when grouping(area_id) = 0 then 'area'
            when grouping(hexagon_id) = 0 then 'place'
            else 'force'
        end as level,
        coalesce(area_id, hexagon_id, force) as subject_id,
        count(*)::integer as events,
        count(*) filter (where is_time_unknown)::integer as unknown_time_events,
        count(*) filter (where time_kind = 'no end')::integer as events_without_end,
        count(*) filter (where time_kind = 'reversed')::integer as events_reversed
    from {{ ref('int_event_times') }}
    group by grouping sets ((force), (force, area_id), (force, hexagon_id))
    having
        (grouping(area_id) = 1 or area_id is not null)
        and (grouping(hexagon_id) = 1 or hexagon_id is not null)
),

ranked as (
    select
        *,
        row_number() over (
            partition by force, level
            order by events - unknown_time_events desc, subject_id
        ) as place_rank
    from counted
),

final as (
    select
        ranked.force,
        ranked.level,
        ranked.subject_id,
        ranked.events,
        ranked.unknown_time_events,
        ranked.events_without_end,
        ranked.events_reversed
    from ranked
    cross join rules
    where ranked.level <> 'place'
        or (
            ranked.place_rank <= rules.places_profiled
            and ranked.events - ranked.unknown_time_events
            >= rules.place_minimum_events
        )
)

select * from final
