{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'person_address_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'person_addresses',
            'changed_key': 'changed_here',
            'logs': ['person_id'],
        },
        indexes=[
            {'columns': ['person_address_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
            {'columns': ['address_id']},
        ],
    )
}}
{{
    niche_staging(
        'person_addresses',
        'person_address_id',
        [
            'person_id:id',
            'address_id:id',
            'address_role:code:address_roles',
            'effective_from:day:start',
            'effective_to:day:end:effective_from',
        ],
    )
}}
