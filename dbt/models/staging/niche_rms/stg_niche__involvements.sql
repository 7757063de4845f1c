{{
    config(
        meta={
            'entity': 'involvements',
            'key': 'involvement_id',
            'touches': ['occurrence_id'],
        },
        indexes=[
            {'columns': ['involvement_id', 'force'], 'unique': true},
            {'columns': ['occurrence_id']},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'involvements',
        'involvement_id',
        [
            'occurrence_id:id',
            'person_id:id',
            'roles:codes:roles',
            'created_at:instant',
            'eliminated_at:instant',
            'effective_to:instant',
        ],
    )
}}
