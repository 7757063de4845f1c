-- The knife events of a person, one for each occurrence: an offence with a knife, or of
-- possessing one, with sufficient evidence against this person, or a knife found on
-- them in a search. A knife that only free text mentions is no event, and neither is
-- being with somebody who had a knife.
with

figures as (
    select * from {{ people_figures() }} as held
),

events as (
    select
        crimes.force,
        crimes.person_id,
        crimes.occurrence_id,
        crimes.occurrence_number,
        'offence' as source_kind,
        crimes.crime_id as source_id,
        crimes.title,
        crimes.evidence as detail,
        crimes.occurred_at as event_at
    from {{ ref('int_listed_crimes_to_date') }} as crimes
    inner join figures on crimes.force = figures.force
    where crimes.side = 'causing harm'
        and crimes.is_evidential
        and (
            crimes.is_knife_possession
            or (
                crimes.is_knife_recorded
                and (
                    not crimes.is_knife_held_by_other
                    or figures.counts_knife_of_co_suspect
                )
            )
        )
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
    inner join figures on events.force = figures.force
)

select * from final
