-- The events that qualify a person as carrying a knife, one a person and occurrence: an
-- offence with a knife or of possessing one with sufficient evidence against this
-- person, or a knife found on them in a search. A knife that only words in free text
-- speak of, or that somebody else is recorded to have held, makes no event.
with

events as (
    select
        force,
        person_id,
        occurrence_id,
        occurrence_number,
        'offence' as source_kind,
        crime_id as source_id,
        title,
        evidence as detail,
        occurred_at as event_at
    from {{ ref('int_person_crimes') }}
    where side = 'causing harm'
        and is_evidential
        and (is_knife_possession or is_knife_recorded)
        and not is_knife_held_by_other
    union all
    select
        force,
        person_id,
        occurrence_id,
        occurrence_number,
        'search' as source_kind,
        stop_search_id as source_id,
        'Stop and search' as title,
        found || ' found' as detail,
        searched_at as event_at
    from {{ ref('int_knife_finds') }}
),

first_of_each as (
    select distinct on (force, person_id, occurrence_id) *
    from events
    order by force, person_id, occurrence_id, event_at, source_kind, source_id
),

final as (
    select
        events.*,
        (events.event_at at time zone figures.clock)::date as event_on,
        {{ months_after(
            '(events.event_at at time zone figures.clock)::date',
            'figures.window_months'
        ) }} as counts_until
    from first_of_each as events
    inner join {{ people_figures() }} as figures on events.force = figures.force
)

select * from final
