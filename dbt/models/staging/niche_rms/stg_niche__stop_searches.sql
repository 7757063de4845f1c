{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'stop_search_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'stop_searches',
            'changed_key': 'changed_here',
            'logs': ['stop_search_id'],
        },
        indexes=[
            {'columns': ['stop_search_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'stop_searches',
        'stop_search_id',
        [
            'person_id:id',
            'occurrence_id:id',
            'searched_at:instant:event',
            'x:metres',
            'y:metres',
            'power:text',
            'object_of_search:code:search_objects',
            'found:code:search_finds',
            'outcome:text',
            'officer_id:id',
        ],
    )
}}
