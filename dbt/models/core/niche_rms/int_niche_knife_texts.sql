-- What the free text of a crime says of a knife: it states one, leaves it in doubt, or
-- denies it (macro `knife_texts`, seed `knife_grammar`).
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

texts as (
    select
        force,
        occurrence_id,
        lower(concat_ws('. ', summary, mo_text)) as words
    from {{ ref('stg_niche__occurrences') }}
    where is_crime
        and {{ is_changed('occurrence_id') }}
),

grammar as (
    {{ holding('knife_grammar', 'part, pattern') }}
),

final as (
    {{ knife_texts('texts', 'grammar') }}
)

select * from final
