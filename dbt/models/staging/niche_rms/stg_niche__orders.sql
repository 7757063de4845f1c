{{
    config(
        meta={
            'entity': 'orders',
            'key': 'order_id',
            'touches': ['person_id'],
        },
        indexes=[
            {'columns': ['order_id', 'force'], 'unique': true},
            {'columns': ['person_id']},
        ],
    )
}}
{{
    niche_staging(
        'orders',
        'order_id',
        [
            'person_id:id',
            'order_type:code:order_types',
            'conditions:text',
            'started_on:day',
            'ended_on:day',
        ],
    )
}}
