-- Minutes of the day at which a force's system starts events whose time is not known.
-- An excess over the neighbouring minutes shows them; none is assumed.
with

rules as (
    select * from {{ latest_definition(ref('time_rules')) }} as held
),

started as (
    select
        force,
        {{ minute_of_day('(occurred_from at time zone clock)') }} as minute_of_day,
        count(*) as events
    from {{ ref('timed_events') }}
    where occurred_from is not null
    group by force, minute_of_day
),

compared as (
    select
        started.force,
        minutes.minute_of_day,
        minutes.label,
        started.events,
        avg(coalesce(neighbours.events, 0)) as events_expected
    from {{ ref('default_minutes') }} as minutes
    inner join started on minutes.minute_of_day = started.minute_of_day
    left join started as neighbours
        on started.force = neighbours.force
        and minutes.neighbour_minute_of_day = neighbours.minute_of_day
    group by started.force, minutes.minute_of_day, minutes.label, started.events
),

final as (
    select
        compared.force,
        compared.label,
        compared.minute_of_day,
        compared.events,
        compared.events_expected::double precision as events_expected,
        compared.events >= rules.default_excess * compared.events_expected
        and power(compared.events - compared.events_expected, 2)
        >= rules.default_chi_square * greatest(compared.events_expected, 1)
            as is_default
    from compared
    cross join rules
)

select * from final
