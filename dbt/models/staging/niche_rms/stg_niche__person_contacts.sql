{{
    config(
        meta={
            'entity': 'person_contacts',
            'key': 'person_contact_id',
            'touches': ['person_id'],
        },
        indexes=[
            {'columns': ['person_contact_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'person_contacts',
        'person_contact_id',
        [
            'person_id:id',
            'contact_type:code:contact_types',
            'contact:text',
        ],
    )
}}
