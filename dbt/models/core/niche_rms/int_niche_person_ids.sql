-- Who each person record of the source is: the golden id of record linkage; where it
-- has none, that of the record which the source merged this one into; else its own.
{{
    config(
        indexes=[
            {'columns': ['person_id', 'force'], 'unique': true},
            {'columns': ['golden_id', 'force']},
        ],
        pre_hook='{{ niche_take_person_ids() }}',
        post_hook='{{ niche_log_person_ids() }}',
        meta={'subject': 'whole'},
    )
}}

{{ niche_person_ids('pg_temp.niche_doubtful' if niche_since() is not none else none) }}
