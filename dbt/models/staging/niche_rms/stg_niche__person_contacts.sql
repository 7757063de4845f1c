{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'person_contact_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'person_contacts',
            'changed_key': 'changed_here',
            'logs': ['person_id'],
        },
        indexes=[
            {'columns': ['person_contact_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'person_contacts',
        'person_contact_id',
        [
            'person_id:id',
            'contact_type:code:contact_types',
            'contact:text',
        ],
    )
}}
