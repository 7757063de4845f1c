-- The knives that the free text of a crime states or denies. Phrases that deny a knife
-- (seed `knife_phrases`) are removed first; the surest remaining phrase counts, if it
-- is surer than the denial. In `said to have a knife; none found` it is not.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        indexes=[{'columns': ['occurrence_id', 'force'], 'unique': true}],
    )
}}

with

occurrences as (
    select
        force,
        occurrence_id,
        lower(concat_ws('. ', summary, mo_text)) as words
    from {{ ref('stg_niche__occurrences') }}
    where is_crime
        and {{ is_changed('occurrence_id') }}
),

phrases as (
    {{ holding('knife_phrases', 'phrase') }}
),

denials as (
    select string_agg(phrase, '|') as pattern
    from phrases
    where is_negated
),

stems as (
    select distinct '%' || stem.letters || '%' as pattern
    from phrases
    cross join lateral string_to_table(phrases.stem, '|') as stem (letters)
),

-- Materialized, because the texts would otherwise be computed again for every phrase.
-- Few hold a stem; one regular expression of all stems would take three times as long.
stemmed as materialized (
    select
        occurrences.force,
        occurrences.occurrence_id,
        occurrences.words,
        regexp_replace(occurrences.words, denials.pattern, ' ', 'g') as words_left
    from occurrences
    cross join denials
    where occurrences.words like any(array(select stems.pattern from stems))
),

confidences as (
    select
        stemmed.force,
        stemmed.occurrence_id,
        coalesce(max(phrases.confidence) filter (where not phrases.is_negated), 0)
            as stated,
        coalesce(max(phrases.confidence) filter (where phrases.is_negated), 0)
            as denied
    from stemmed
    inner join phrases
        on (
            case when phrases.is_negated then stemmed.words else stemmed.words_left end
        ) ~ phrases.phrase
    group by stemmed.force, stemmed.occurrence_id
),

final as (
    select
        occurrence_id,
        force,
        case when stated > denied then stated else 0 end as knife_text_confidence,
        denied > 0 as is_knife_denied
    from confidences
)

select * from final
