{{
    config(
        meta={
            'entity': 'officers',
            'key': 'officer_id',
            'touches': ['officer_id'],
        },
        indexes=[
            {'columns': ['officer_id', 'force'], 'unique': true},
        ],
    )
}}
{{
    niche_staging(
        'officers',
        'officer_id',
        [
            'collar_number:text',
            'rank:text',
            'unit_id:id',
        ],
    )
}}
