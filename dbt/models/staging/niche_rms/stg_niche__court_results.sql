{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'court_result_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'court_results',
            'changed_key': 'changed_here',
            'logs': ['classification_id'],
        },
        indexes=[
            {'columns': ['court_result_id', 'force'], 'unique': true},
            {'columns': ['classification_id']},
        ],
    )
}}
{{
    niche_staging(
        'court_results',
        'court_result_id',
        [
            'classification_id:id',
            'person_id:id',
            'result:code:court_results',
            'result_on:day:record',
        ],
    )
}}
