-- The rules that each person meets, with the day on which the rule became true for the
-- events that still count, and the day on which it ends if nothing more happens.
with

figures as (
    select * from {{ people_figures() }} as held
),

entries as (
    select
        force,
        person_id,
        'hkc_evidential' as rule_id,
        last_event_on as qualified_on,
        drops_off_on
    from {{ ref('int_knife_carriers') }}
    union all
    select
        force,
        person_id,
        'most_harm' as rule_id,
        last_crime_on as qualified_on,
        holds_until as drops_off_on
    from {{ ref('int_most_harm') }}
    union all
    select
        force,
        person_id,
        rule_id,
        qualified_on,
        drops_off_on
    from {{ ref('int_vulnerable_entries') }}
),

final as (
    select
        entries.force,
        rules.list,
        entries.person_id,
        rules.rule_id,
        rules.title,
        rules.sentence,
        rules.owner_role,
        rules.confirmation,
        rules.definition_version,
        {{ age_on('persons.date_of_birth', 'figures.as_of_date') }} as age,
        {{ age_group('persons', 'figures') }} as age_group,
        figures.review_days,
        figures.as_of_date,
        entries.qualified_on,
        entries.drops_off_on
    from entries
    inner join {{ latest_definition(ref('people_rules')) }} as rules
        on entries.rule_id = rules.rule_id
    inner join figures on entries.force = figures.force
    inner join {{ ref('people_persons') }} as persons
        on entries.force = persons.force
        and entries.person_id = persons.person_id
    where {{ can_be_listed('persons') }}
        and (
            rules.list <> 'risk'
            or coalesce(
                {{ age_on('persons.date_of_birth', 'figures.as_of_date') }}
                >= figures.never_before_age,
                true
            )
        )
)

select * from final
