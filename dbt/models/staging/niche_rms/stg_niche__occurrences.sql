{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        pre_hook='{{ find_changed_records() }}',
        post_hook='{{ enforce_keys() }}',
        meta={
            'entity': 'occurrences',
            'changed_key': 'changed_here',
            'logs': ['occurrence_id'],
        },
        indexes=[
            {'columns': ['occurrence_id', 'force'], 'unique': true},
        ],
    )
}}
{{
    niche_staging(
        'occurrences',
        'occurrence_id',
        [
            'occurrence_number:text',
            'occurrence_type:text',
            'incident_number:text',
            'summary:text',
            'mo_text:text',
            'reported_at:instant:report',
            'recorded_at:instant:record',
            'occurred_from:instant:event',
            'occurred_to:instant:event',
            'is_crime:flag',
            'cancelled_at:instant:fact',
            'transferred_to:text',
            'location_type:code:location_types',
            'officer_id:id',
            'unit_id:id',
            'beat:text',
            'access_domain:code:access_domains',
        ],
    )
}}
