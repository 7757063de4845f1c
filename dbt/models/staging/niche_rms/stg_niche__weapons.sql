{{
    config(
        meta={
            'entity': 'weapons',
            'key': 'weapon_id',
            'touches': ['occurrence_id'],
        },
        indexes=[
            {'columns': ['weapon_id', 'force'], 'unique': true},
            {'columns': ['occurrence_id']},
        ],
    )
}}
{{
    niche_staging(
        'weapons',
        'weapon_id',
        [
            'occurrence_id:id',
            'person_id:id',
            'weapon:code:weapons',
            'weapon_use:code:weapon_uses',
        ],
    )
}}
