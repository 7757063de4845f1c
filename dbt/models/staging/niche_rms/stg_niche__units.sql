{{
    config(
        meta={
            'entity': 'units',
            'key': 'unit_id',
            'touches': ['unit_id'],
        },
        indexes=[
            {'columns': ['unit_id', 'force'], 'unique': true},
        ],
    )
}}
{{
    niche_staging(
        'units',
        'unit_id',
        [
            'unit:text',
            'area:text',
        ],
    )
}}
