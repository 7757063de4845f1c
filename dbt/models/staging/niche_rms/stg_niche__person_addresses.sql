{{
    config(
        meta={
            'entity': 'person_addresses',
            'key': 'person_address_id',
            'touches': ['person_id'],
        },
        indexes=[
            {'columns': ['person_address_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
            {'columns': ['address_id']},
        ],
    )
}}
{{
    niche_staging(
        'person_addresses',
        'person_address_id',
        [
            'person_id:id',
            'address_id:id',
            'address_role:code:address_roles',
            'effective_from:day',
            'effective_to:day',
        ],
    )
}}
