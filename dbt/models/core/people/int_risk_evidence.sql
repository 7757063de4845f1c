-- The rows of the source behind the rules of risk, for every person.
with

figures as (
    select * from {{ people_figures() }} as held
),

final as (
    select
        events.force,
        events.person_id,
        'hkc_evidential' as rule_id,
        events.source_kind,
        events.source_id,
        events.occurrence_id,
        events.occurrence_number,
        events.title,
        events.detail,
        null::integer as co_suspects,
        null::numeric as harm_days,
        null::numeric as evidence_weight,
        null::numeric as weapon_factor,
        null::numeric as contribution,
        events.event_on,
        events.counts_until
    from {{ ref('int_knife_events') }} as events
    inner join figures on events.force = figures.force
    where events.counts_until > figures.as_of_date
    union all
    select
        force,
        person_id,
        'most_harm' as rule_id,
        'offence' as source_kind,
        crime_id as source_id,
        occurrence_id,
        occurrence_number,
        title,
        evidence as detail,
        co_suspects,
        harm_days,
        evidence_weight,
        weapon_factor,
        contribution,
        occurred_on as event_on,
        counts_until
    from {{ ref('int_person_contributions') }}
    where contribution > 0
)

select * from final
