-- Serious violence that a person suffered: one row for each person and occurrence.
with

final as (
    select
        crimes.force,
        crimes.person_id,
        crimes.occurrence_id,
        min(crimes.occurrence_number) as occurrence_number,
        min(crimes.title) as title,
        min(crimes.crime_id) as crime_id,
        sum(crimes.harm_days) as harm_days,
        bool_or(crimes.is_injury and crimes.is_knife_recorded) as is_knife_injury,
        min(crimes.occurred_on) as occurred_on,
        min(crimes.occurred_on) + min(figures.victim_window_days) as repeats_until,
        {{ months_after('min(crimes.occurred_on)', 'min(figures.window_months)') }}
            as counts_until
    from {{ ref('int_listed_crimes_to_date') }} as crimes
    inner join {{ people_figures() }} as figures on crimes.force = figures.force
    where crimes.side = 'harmed'
        and crimes.is_serious_violence
        and not crimes.is_domestic
    group by crimes.force, crimes.person_id, crimes.occurrence_id
)

select * from final
