{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'person_merge_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'person_merges',
            'changed_key': 'changed_here',
            'logs': ['surviving_person_id', 'merged_person_id'],
        },
        indexes=[
            {'columns': ['person_merge_id', 'force'], 'unique': true},
            {'columns': ['merged_person_id']},
            {'columns': ['surviving_person_id']},
        ],
    )
}}
{{
    niche_staging(
        'person_merges',
        'person_merge_id',
        [
            'surviving_person_id:id',
            'merged_person_id:id',
            'merged_at:instant:record',
            'unmerged_at:instant:fact:merged_at',
        ],
    )
}}
