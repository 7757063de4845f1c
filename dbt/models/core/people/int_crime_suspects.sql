-- Who may count as causing the harm of a crime where they are several: how many it is
-- divided by, and who was suspected together with whom. Made anew only where records
-- have changed.
{{
    config(
        materialized='incremental', incremental_strategy='append',
        on_schema_change='fail', pre_hook='{{ niche_forget() }}',
        post_hook='{{ niche_done() }}',
        indexes=[{'columns': ['crime_id', 'force'], 'unique': true}],
        meta={
            'subject': 'countable_involvement',
            'inputs': ['people_figures', 'restricted_domains'],
        },
    )
}}

with

suspects as (
    select distinct
        force,
        crime_id,
        occurrence_id,
        occurred_at,
        person_id
    from {{ ref('int_countable_involvements') }}
    where side = 'causing harm'
        and {{ niche_only_changed('countable_involvement') }}
),

final as (
    select
        force,
        crime_id,
        occurrence_id,
        occurred_at,
        array_agg(person_id order by person_id) as person_ids,
        count(*)::integer as co_suspects
    from suspects
    group by force, crime_id, occurrence_id, occurred_at
    having count(*) > 1
)

select * from final
