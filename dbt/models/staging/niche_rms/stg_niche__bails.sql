{{
    config(
        meta={
            'entity': 'bails',
            'key': 'bail_id',
            'touches': ['person_id'],
        },
        indexes=[
            {'columns': ['bail_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'bails',
        'bail_id',
        [
            'person_id:id',
            'occurrence_id:id',
            'bail_type:code:bail_types',
            'conditions:text',
            'started_at:instant',
            'ended_at:instant',
        ],
    )
}}
