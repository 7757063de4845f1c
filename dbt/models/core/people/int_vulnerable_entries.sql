-- The people who meet a rule of being vulnerable to serious violence.
with

figures as (
    select * from {{ people_figures() }} as held
),

harmed as (
    select
        events.*,
        row_number() over (
            partition by events.force, events.person_id
            order by events.occurred_on desc, events.occurrence_id
        ) as newest
    from {{ ref('int_harmed_events') }} as events
),

final as (
    select
        harmed.force,
        harmed.person_id,
        'repeat_victim' as rule_id,
        max(harmed.occurred_on) as qualified_on,
        max(harmed.repeats_until) filter (
            where harmed.newest = figures.victim_minimum
        ) as drops_off_on
    from harmed
    inner join figures on harmed.force = figures.force
    where harmed.repeats_until > figures.as_of_date
    group by harmed.force, harmed.person_id, figures.victim_minimum
    having count(*) >= figures.victim_minimum
    union all
    select
        harmed.force,
        harmed.person_id,
        'knife_injury' as rule_id,
        max(harmed.occurred_on) as qualified_on,
        max(harmed.repeats_until) as drops_off_on
    from harmed
    inner join figures on harmed.force = figures.force
    where harmed.repeats_until > figures.as_of_date and harmed.is_knife_injury
    group by harmed.force, harmed.person_id
    union all
    select
        force,
        person_id,
        'most_harmed' as rule_id,
        last_harmed_on as qualified_on,
        holds_until as drops_off_on
    from {{ ref('int_most_harmed') }}
    union all
    select
        force,
        person_id,
        'exploitation' as rule_id,
        started_on as qualified_on,
        drops_off_on
    from {{ ref('int_exploitation') }}
)

select * from final
