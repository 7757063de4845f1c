{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'flag_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'flags',
            'changed_key': 'changed_here',
            'logs': ['occurrence_id'],
        },
        indexes=[
            {'columns': ['flag_id', 'force'], 'unique': true},
            {'columns': ['occurrence_id']},
        ],
    )
}}
{{
    niche_staging(
        'flags',
        'flag_id',
        [
            'occurrence_id:id',
            'flag:code:flags',
            'flagged_at:instant:record',
            'ended_at:instant:end:flagged_at',
        ],
    )
}}
