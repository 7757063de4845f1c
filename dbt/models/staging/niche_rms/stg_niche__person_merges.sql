{{
    config(
        meta={
            'entity': 'person_merges',
            'key': 'person_merge_id',
            'touches': ['surviving_person_id', 'merged_person_id'],
        },
        indexes=[
            {'columns': ['person_merge_id', 'force'], 'unique': true},
            {'columns': ['merged_person_id']},
            {'columns': ['surviving_person_id']},
        ],
    )
}}
{{
    niche_staging(
        'person_merges',
        'person_merge_id',
        [
            'surviving_person_id:id',
            'merged_person_id:id',
            'merged_at:instant',
            'unmerged_at:instant',
        ],
    )
}}
