{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'person_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'persons',
            'changed_key': 'changed_here',
            'logs': ['person_id'],
        },
        indexes=[
            {'columns': ['person_id', 'force'], 'unique': true},
        ],
    )
}}
{{
    niche_staging(
        'persons',
        'person_id',
        [
            'national_id:text',
            'cro_number:text',
            'date_of_birth:birth:birth',
            'is_birth_date_estimated:flag',
            'sex:code:sexes',
            'ethnicity:code:ethnicities',
            'deceased_on:day:fact',
            'person_type:code:person_types',
            'access_domain:code:access_domains',
        ],
    )
}}
