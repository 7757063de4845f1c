{{
    config(
        meta={
            'entity': 'classifications',
            'key': 'classification_id',
            'touches': ['occurrence_id'],
        },
        indexes=[
            {'columns': ['classification_id', 'force'], 'unique': true},
            {'columns': ['occurrence_id']},
        ],
    )
}}
{{
    niche_staging(
        'classifications',
        'classification_id',
        [
            'occurrence_id:id',
            'sequence:whole',
            'reported_class:text',
            'reported_subclass:text',
            'recorded_class:text',
            'recorded_subclass:text',
            'is_attempt:flag',
            'detection_mode:code:detection_modes',
            'effective_from:instant',
            'effective_to:instant',
        ],
    )
}}
