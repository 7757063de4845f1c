{{
    config(
        meta={
            'entity': 'warnings',
            'key': 'warning_id',
            'touches': ['person_id'],
        },
        indexes=[
            {'columns': ['warning_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'warnings',
        'warning_id',
        [
            'person_id:id',
            'warning:code:warnings',
            'started_on:day',
            'ended_on:day',
        ],
    )
}}
