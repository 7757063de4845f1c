{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'outcome_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'outcomes',
            'changed_key': 'changed_here',
            'logs': ['classification_id'],
        },
        indexes=[
            {'columns': ['outcome_id', 'force'], 'unique': true},
            {'columns': ['classification_id']},
        ],
    )
}}
{{
    niche_staging(
        'outcomes',
        'outcome_id',
        [
            'classification_id:id',
            'person_id:id',
            'outcome_code:text',
            'outcome_on:day:record',
        ],
    )
}}
