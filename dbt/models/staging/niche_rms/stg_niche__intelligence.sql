{{
    config(
        meta={
            'entity': 'intelligence',
            'key': 'intelligence_id',
            'touches': ['person_id'],
        },
        indexes=[
            {'columns': ['intelligence_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'intelligence',
        'intelligence_id',
        [
            'person_id:id',
            'topic:code:intelligence_topics',
            'source_reference:text',
            'source_grade:text',
            'information_grade:text',
            'reported_at:instant',
        ],
    )
}}
