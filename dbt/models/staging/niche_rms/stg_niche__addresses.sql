{{
    config(
        meta={
            'entity': 'addresses',
            'key': 'address_id',
            'touches': ['address_id'],
        },
        indexes=[
            {'columns': ['address_id', 'force'], 'unique': true},
        ],
    )
}}
{{
    niche_staging(
        'addresses',
        'address_id',
        [
            'x:metres',
            'y:metres',
            'is_verified:flag',
            'premise_name:text',
            'premise_type:code:location_types',
            'street_number:text',
            'street:text',
            'town:text',
            'postcode:text',
            'uprn:text',
        ],
    )
}}
