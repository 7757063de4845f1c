{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'classification_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'classifications',
            'changed_key': 'changed_here',
            'logs': ['occurrence_id'],
        },
        indexes=[
            {'columns': ['classification_id', 'force'], 'unique': true},
            {'columns': ['occurrence_id']},
        ],
    )
}}
{{
    niche_staging(
        'classifications',
        'classification_id',
        [
            'occurrence_id:id',
            'sequence:whole',
            'reported_class:text',
            'reported_subclass:text',
            'recorded_class:text',
            'recorded_subclass:text',
            'is_attempt:flag',
            'detection_mode:code:detection_modes',
            'effective_from:instant:record',
            'effective_to:instant:end:effective_from',
        ],
    )
}}
