-- One row for each person on a list: the rules that they meet, the analyst's decision,
-- the plan, and whether they are shown. A decision holds until its review date.

with

decided as (
    select distinct on (force, list, person_id) *
    from {{ source('people', 'confirmations') }}
    order by force, list, person_id, confirmation_id desc
),

planned as (
    {{ current_plans() }}
),

judged as (
    select
        entries.*,
        planned.owner,
        planned.actions,
        decided.decision = 'confirmed' and decided.review_on >= entries.as_of_date
            as is_confirmed,
        decided.decision = 'refused' and decided.review_on >= entries.as_of_date
            as is_refused,
        coalesce(
            greatest(planned.review_on, decided.review_on),
            entries.qualified_on + entries.review_days
        ) as review_on
    from {{ ref('int_people_entries') }} as entries
    left join decided
        on entries.force = decided.force
        and entries.list = decided.list
        and entries.person_id = decided.person_id
    left join planned
        on entries.force = planned.force
        and entries.list = planned.list
        and entries.person_id = planned.person_id
),

final as (
    select
        force,
        list,
        person_id,
        age_group,
        string_agg(title, '; ' order by rule_id) as rules,
        string_agg(sentence, '; ' order by rule_id) as entry_rule,
        coalesce(max(owner), min(owner_role) || ' (nobody named yet)') as owner,
        max(actions) as actions,
        max(definition_version) as definition_version,
        max(age) as age,
        max(owner) is not null as has_plan,
        coalesce(bool_or(is_confirmed), false) as is_confirmed,
        bool_or(
            case confirmation
                when 'automatic' then not coalesce(is_refused, false)
                else coalesce(is_confirmed, false)
            end
        ) as is_shown,
        max(review_on) < max(as_of_date) as is_review_overdue,
        min(qualified_on) as qualified_on,
        max(review_on) as review_on,
        max(drops_off_on) as drops_off_on
    from judged
    group by force, list, person_id, age_group
)

select * from final
