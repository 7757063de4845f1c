{#- The columns of every list of people: person, rules, plan and dates. -#}
{% macro list_columns() -%}
    listed.force,
        listed.person_id,
        listed.rules,
        listed.entry_rule,
        listed.owner,
        listed.actions,
        listed.definition_version,
        listed.age,
        listed.has_plan,
        listed.is_confirmed,
        listed.is_review_overdue,
        listed.qualified_on,
        listed.review_on,
        listed.drops_off_on
{%- endmacro %}


{#- The columns of a score and its components. -#}
{% macro score_columns() -%}
    coalesce(scores.score, 0)::double precision as score,
        coalesce(scores.recent_occurrences, 0) as recent_occurrences,
        coalesce(scores.crimes_on_evidence, 0) as crimes_on_evidence,
        coalesce(scores.crimes_suspected, 0) as crimes_suspected,
        coalesce(scores.crimes_with_weapon, 0) as crimes_with_weapon,
        coalesce(scores.harm_days, 0)::double precision as harm_days,
        coalesce(scores.harm_days_split, 0)::double precision as harm_days_split,
        coalesce(carriers.knife_events, 0) as knife_events,
        scores.last_crime_on
{%- endmacro %}


{#- The people on the list of risk whose age group is in `age_groups`. -#}
{% macro risk_list(age_groups) -%}
    select
        {{ list_columns() }},
        {{ score_columns() }}
    from {{ ref('int_people_listed') }} as listed
    left join {{ ref('int_person_scores') }} as scores
        on listed.force = scores.force
        and listed.person_id = scores.person_id
    left join {{ ref('int_knife_carriers') }} as carriers
        on listed.force = carriers.force
        and listed.person_id = carriers.person_id
    where listed.list = 'risk'
        and listed.is_shown
        and listed.age_group in ({{ age_groups }})
{%- endmacro %}


{#- The newest plan of each person and list, unless it is closed. -#}
{% macro current_plans() -%}
    select plans.*
    from (
        select distinct on (force, list, person_id) *
        from {{ source('people', 'plans') }}
        order by force, list, person_id, plan_id desc
    ) as plans
    where not plans.is_closed
{%- endmacro %}


{#- The day on which a review lapses without a new event or report: `review_days` after
    the newest, and never after the event stops counting. -#}
{% macro review_lapses_on() -%}
    least(
            events.counts_until,
            greatest(events.event_on, reports.last_reported_on) + figures.review_days
        )
{%- endmacro %}
