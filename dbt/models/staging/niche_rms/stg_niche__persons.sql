{{
    config(
        meta={
            'entity': 'persons',
            'key': 'person_id',
            'touches': ['person_id'],
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
            'date_of_birth:day',
            'is_birth_date_estimated:flag',
            'sex:code:sexes',
            'ethnicity:code:ethnicities',
            'deceased_on:day',
            'person_type:code:person_types',
            'access_domain:text',
        ],
    )
}}
