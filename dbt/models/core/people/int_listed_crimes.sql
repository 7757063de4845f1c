-- The crimes that the rules on people count: serious violence and knives. Only changed
-- records are built again, so the delta of a day does not pay for earlier years.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        meta={'changed_key': 'involved_occurrence'},
        indexes=[{'columns': ['person_id']}, {'columns': ['crime_id']}],
    )
}}

{{ person_crimes(
    ref('int_countable_involvements'),
    listed_scope() ~ ' and ' ~ is_changed('involved_occurrence')
) }}
