{{
    config(
        meta={
            'entity': 'flags',
            'key': 'flag_id',
            'touches': ['occurrence_id'],
        },
        indexes=[
            {'columns': ['flag_id', 'force'], 'unique': true},
            {'columns': ['occurrence_id']},
        ],
    )
}}
{{
    niche_staging(
        'flags',
        'flag_id',
        [
            'occurrence_id:id',
            'flag:code:flags',
            'flagged_at:instant',
            'ended_at:instant',
        ],
    )
}}
