-- The occurrences that staging has touched and not every model has taken: through their
-- own rows, an outcome of theirs, or the address they were at.
{{ config(materialized='table', pre_hook='{{ niche_prune_changes() }}') }}
{%- for staged in [
    'occurrences', 'classifications', 'outcomes', 'court_results', 'involvements',
    'addresses', 'occurrence_addresses', 'weapons', 'flags'
] %}
-- depends_on: {{ ref('stg_niche__' ~ staged) }}
{%- endfor %}
with

changes as (
    select * from {{ source('niche_ops', 'niche_changes') }}
),

own as (
    select
        batch,
        force,
        subject_id as occurrence_id
    from changes
    where subject = 'occurrence_id'
),

by_classification as (
    select
        changes.batch,
        changes.force,
        classifications.occurrence_id
    from changes
    inner join {{ ref('stg_niche__classifications') }} as classifications
        on changes.subject_id = classifications.classification_id
        and changes.force = classifications.force
    where changes.subject = 'classification_id'
),

by_address as (
    select
        changes.batch,
        changes.force,
        places.occurrence_id
    from changes
    inner join {{ ref('stg_niche__occurrence_addresses') }} as places
        on changes.subject_id = places.address_id
        and changes.force = places.force
    where changes.subject = 'address_id'
),

final as (
    select * from own
    union
    select * from by_classification
    union
    select * from by_address
)

select * from final
