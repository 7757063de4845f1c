-- People with a knife event that still counts who are not habitual carriers.
with

figures as (
    select * from {{ people_figures() }} as held
),

final as (
    select
        events.force,
        events.person_id,
        max(events.event_on) as event_on,
        max(events.counts_until) as counts_until
    from {{ ref('int_knife_events') }} as events
    inner join figures on events.force = figures.force
    left join {{ ref('int_knife_carriers') }} as carriers
        on events.force = carriers.force
        and events.person_id = carriers.person_id
    where events.counts_until > figures.as_of_date
        and carriers.person_id is null
    group by events.force, events.person_id
)

select * from final
