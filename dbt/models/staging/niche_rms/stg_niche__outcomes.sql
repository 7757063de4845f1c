{{
    config(
        meta={
            'entity': 'outcomes',
            'key': 'outcome_id',
            'touches': ['classification_id'],
        },
        indexes=[
            {'columns': ['outcome_id', 'force'], 'unique': true},
            {'columns': ['classification_id']},
        ],
    )
}}
{{
    niche_staging(
        'outcomes',
        'outcome_id',
        [
            'classification_id:id',
            'person_id:id',
            'outcome_code:text',
            'outcome_on:day',
        ],
    )
}}
