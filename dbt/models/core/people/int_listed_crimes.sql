-- The crimes that the rules on people look at: serious violence and knives. Made anew
-- only where records have changed, so that the years before a day cost it nothing.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        meta={'changed_key': 'involvement'},
        indexes=[{'columns': ['person_id']}, {'columns': ['crime_id']}],
    )
}}

{{ person_crimes(
    ref('int_countable_involvements'),
    listed_scope() ~ ' and ' ~ is_changed('involvement')
) }}
