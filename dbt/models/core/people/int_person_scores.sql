-- The score of a person and its components: recency, frequency, gravity, weapons.
with

figures as (
    select * from {{ people_figures() }} as held
),

per_occurrence as (
    select
        force,
        person_id,
        occurrence_id,
        max(counts_until) as counts_until
    from {{ ref('int_person_contributions') }}
    where is_evidential
    group by force, person_id, occurrence_id
),

numbered as (
    select
        *,
        row_number() over (
            partition by force, person_id order by counts_until desc, occurrence_id
        ) as number
    from per_occurrence
),

held_until as (
    select
        numbered.force,
        numbered.person_id,
        numbered.counts_until as holds_until
    from numbered
    inner join figures
        on numbered.force = figures.force
        and numbered.number = figures.minimum_events
),

final as (
    select
        crimes.force,
        crimes.person_id,
        sum(crimes.contribution) as score,
        max(crimes.occurred_on) filter (where crimes.is_evidential) as last_crime_on,
        count(distinct crimes.occurrence_id) filter (
            where crimes.is_evidential and crimes.counts_until > figures.as_of_date
        )::integer as recent_occurrences,
        count(*) filter (where crimes.is_evidential)::integer as crimes_on_evidence,
        count(*) filter (where not crimes.is_evidential)::integer as crimes_suspected,
        count(*) filter (
            where crimes.is_evidential and crimes.has_weapon
        )::integer as crimes_with_weapon,
        coalesce(sum(crimes.harm_days) filter (where crimes.is_evidential), 0)
            as harm_days,
        coalesce(sum(crimes.harm_days_split) filter (where crimes.is_evidential), 0)
            as harm_days_split,
        max(held_until.holds_until) as holds_until
    from {{ ref('int_person_contributions') }} as crimes
    inner join figures on crimes.force = figures.force
    left join held_until
        on crimes.force = held_until.force
        and crimes.person_id = held_until.person_id
    group by crimes.force, crimes.person_id
)

select * from final
