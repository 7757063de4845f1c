{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'bail_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'bails',
            'changed_key': 'changed_here',
            'logs': ['person_id'],
        },
        indexes=[
            {'columns': ['bail_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'bails',
        'bail_id',
        [
            'person_id:id',
            'occurrence_id:id',
            'bail_type:code:bail_types',
            'conditions:text',
            'started_at:instant:start',
            'ended_at:instant:end:started_at',
        ],
    )
}}
