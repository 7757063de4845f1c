{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'person_name_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'person_names',
            'changed_key': 'changed_here',
            'logs': ['person_id'],
        },
        indexes=[
            {'columns': ['person_name_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'person_names',
        'person_name_id',
        [
            'person_id:id',
            'name_type:code:name_types',
            'forename:text',
            'middle_names:text',
            'surname:text',
        ],
    )
}}
