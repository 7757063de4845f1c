{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_address_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'occurrence_addresses',
            'changed_key': 'changed_here',
            'logs': ['occurrence_id', 'occurrence_address_id'],
        },
        indexes=[
            {'columns': ['occurrence_address_id', 'force'], 'unique': true},
            {'columns': ['occurrence_id']},
            {'columns': ['address_id']},
        ],
    )
}}
{{
    niche_staging(
        'occurrence_addresses',
        'occurrence_address_id',
        [
            'occurrence_id:id',
            'address_id:id',
            'roles:codes:place_roles',
            'is_area_source:flag',
            'entered_x:metres',
            'entered_y:metres',
            'entered_address:text',
        ],
    )
}}
