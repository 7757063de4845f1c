{{
    config(
        meta={
            'entity': 'court_results',
            'key': 'court_result_id',
            'touches': ['classification_id'],
        },
        indexes=[
            {'columns': ['court_result_id', 'force'], 'unique': true},
            {'columns': ['classification_id']},
        ],
    )
}}
{{
    niche_staging(
        'court_results',
        'court_result_id',
        [
            'classification_id:id',
            'person_id:id',
            'result:code:court_results',
            'result_on:day',
        ],
    )
}}
