{{
    config(
        meta={
            'entity': 'person_names',
            'key': 'person_name_id',
            'touches': ['person_id'],
        },
        indexes=[
            {'columns': ['person_name_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'person_names',
        'person_name_id',
        [
            'person_id:id',
            'name_type:code:name_types',
            'forename:text',
            'middle_names:text',
            'surname:text',
        ],
    )
}}
