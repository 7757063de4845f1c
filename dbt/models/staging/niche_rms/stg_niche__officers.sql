{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'officer_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'officers',
            'changed_key': 'changed_here',
            'logs': ['officer_id'],
        },
        indexes=[
            {'columns': ['officer_id', 'force'], 'unique': true},
        ],
    )
}}
{{
    niche_staging(
        'officers',
        'officer_id',
        [
            'collar_number:text',
            'rank:text',
            'unit_id:id',
        ],
    )
}}
