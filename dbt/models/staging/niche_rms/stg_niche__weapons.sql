{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'weapon_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'weapons',
            'changed_key': 'changed_here',
            'logs': ['occurrence_id'],
        },
        indexes=[
            {'columns': ['weapon_id', 'force'], 'unique': true},
            {'columns': ['occurrence_id']},
        ],
    )
}}
{{
    niche_staging(
        'weapons',
        'weapon_id',
        [
            'occurrence_id:id',
            'person_id:id',
            'weapon:code:weapons',
            'weapon_use:code:weapon_uses',
        ],
    )
}}
