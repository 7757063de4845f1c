{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'address_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'addresses',
            'changed_key': 'changed_here',
            'logs': ['address_id'],
        },
        indexes=[
            {'columns': ['address_id', 'force'], 'unique': true},
        ],
    )
}}
{{
    niche_staging(
        'addresses',
        'address_id',
        [
            'x:metres',
            'y:metres',
            'is_verified:flag',
            'premise_name:text',
            'premise_type:code:location_types',
            'street_number:text',
            'street:text',
            'town:text',
            'postcode:text',
            'uprn:text',
        ],
    )
}}
