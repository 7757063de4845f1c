-- The latest outcome of each crime, among the outcomes of all its classifications. One
-- in a code that nobody has classified, or of which a newer row is in quarantine, may
-- close the crime with no further action: it ends suspicion until that is known.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        indexes=[{'columns': ['occurrence_id', 'sequence', 'force'], 'unique': true}],
        post_hook="{{ index_where('force', 'outcome is null') }}",
    )
}}

with

history as (
    select * from {{ ref('crime_history') }}
    where {{ is_changed('occurrence_id') }}
),

outcomes as (
    select * from {{ ref('stg_niche__outcomes') }}
),

outcome_codes as (
    {{ holding('outcome_codes', 'outcome_code') }}
),

final as (
    select distinct on (history.force, history.occurrence_id, history.sequence)
        history.occurrence_id,
        history.force,
        {{ outcome_code('outcomes.outcome_code') }} as outcome_code,
        outcome_codes.outcome,
        outcome_codes.outcome_group,
        history.sequence,
        coalesce(outcome_codes.is_positive, false) as is_positive,
        outcomes.is_outdated
        or coalesce(
            outcome_codes.ends_suspicion,
            {{ outcome_code('outcomes.outcome_code') }} is not null
        ) as ends_suspicion,
        outcomes.outcome_on
    from history
    inner join outcomes
        on history.classification_id = outcomes.classification_id
        and history.force = outcomes.force
    left join outcome_codes
        on {{ outcome_code('outcomes.outcome_code') }} = outcome_codes.outcome_code
    order by
        history.force,
        history.occurrence_id,
        history.sequence,
        outcomes.outcome_on desc nulls last,
        outcomes.modified_at desc,
        outcomes.outcome_id desc
)

select * from final
