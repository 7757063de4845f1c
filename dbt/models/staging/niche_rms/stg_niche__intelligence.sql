{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'intelligence_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'intelligence',
            'changed_key': 'changed_here',
            'logs': ['person_id'],
        },
        indexes=[
            {'columns': ['intelligence_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'intelligence',
        'intelligence_id',
        [
            'person_id:id',
            'topic:code:intelligence_topics',
            'source_reference:text',
            'source_grade:text',
            'information_grade:text',
            'reported_at:instant:report',
        ],
    )
}}
