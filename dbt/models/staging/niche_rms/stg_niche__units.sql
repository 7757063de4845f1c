{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'unit_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'units',
            'changed_key': 'changed_here',
            'logs': ['unit_id'],
        },
        indexes=[
            {'columns': ['unit_id', 'force'], 'unique': true},
        ],
    )
}}
{{
    niche_staging(
        'units',
        'unit_id',
        [
            'unit:text',
            'area:text',
        ],
    )
}}
