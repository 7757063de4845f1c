{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'involvement_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'involvements',
            'changed_key': 'changed_here',
            'logs': ['occurrence_id'],
        },
        indexes=[
            {'columns': ['involvement_id', 'force'], 'unique': true},
            {'columns': ['occurrence_id']},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'involvements',
        'involvement_id',
        [
            'occurrence_id:id',
            'person_id:id',
            'roles:codes:roles',
            'created_at:instant:record',
            'eliminated_at:instant:fact',
            'effective_to:instant:fact:created_at',
        ],
    )
}}
