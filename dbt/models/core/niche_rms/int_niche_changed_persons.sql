-- The source's persons that staging has touched and not every model has taken: through
-- their own rows, a merge, or an address of theirs.
{{ config(materialized='table') }}
{%- for staged in [
    'persons', 'person_names', 'person_contacts', 'person_merges', 'addresses'
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
        subject_id as person_id
    from changes
    where subject = 'person_id'
),

by_address as (
    select
        changes.batch,
        changes.force,
        homes.person_id
    from changes
    inner join {{ ref('stg_niche__person_addresses') }} as homes
        on changes.subject_id = homes.address_id
        and changes.force = homes.force
    where changes.subject = 'address_id'
),

final as (
    select * from own
    union
    select * from by_address
)

select * from final
