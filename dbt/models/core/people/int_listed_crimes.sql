-- The crimes that the rules on people look at: serious violence and knives. Made anew
-- only where records have changed, so that the years before a day cost it nothing.
{{
    config(
        materialized='incremental', incremental_strategy='append',
        on_schema_change='fail', pre_hook='{{ niche_forget() }}',
        post_hook='{{ niche_done() }}',
        indexes=[{'columns': ['person_id']}, {'columns': ['crime_id']}],
        meta={
            'subject': 'countable_involvement',
            'inputs': ['evidence_tiers', 'people_figures', 'restricted_domains'],
        },
    )
}}

{{ person_crimes(
    ref('int_countable_involvements'),
    listed_scope() ~ ' and ' ~ niche_only_changed('countable_involvement')
) }}
