-- The keys that this transform builds before record linkage, each once: what staging
-- logged (`ops.changed_keys`), widened from a classification or an address to the
-- occurrences it belongs to, and from an address to its residents and its position; and
-- the records whose end has come with the newest extract, though nobody changed them;
-- and those that are in quarantine only, which staging has no row of.
{{ config(indexes=[{'columns': ['kind', 'force', 'id']}]) }}
{%- for staged in [
    'addresses', 'bails', 'court_results', 'flags', 'intelligence', 'involvements',
    'occurrences', 'orders', 'outcomes', 'person_contacts', 'person_merges',
    'classifications', 'person_names', 'persons', 'stop_searches', 'warnings', 'weapons',
] %}
-- depends_on: {{ ref('stg_niche__' ~ staged) }}
{%- endfor %}

with

logged as (
    select distinct
        kind,
        force,
        id
    from {{ source('niche_ops', 'changed_keys') }}
),

{{ came_since_built() }},

final as (
    select * from logged
    where kind in ('occurrence_id', 'person_id')
    union
    select
        'occurrence_id' as kind,
        logged.force,
        classifications.occurrence_id as id
    from logged
    inner join {{ ref('stg_niche__classifications') }} as classifications
        on logged.id = classifications.classification_id
        and logged.force = classifications.force
    where logged.kind = 'classification_id'
    union
    select
        'occurrence_id' as kind,
        logged.force,
        places.occurrence_id as id
    from logged
    inner join {{ ref('stg_niche__occurrence_addresses') }} as places
        on logged.id = places.address_id
        and logged.force = places.force
    where logged.kind = 'address_id'
    union
    select
        'person_id' as kind,
        logged.force,
        homes.person_id as id
    from logged
    inner join {{ ref('stg_niche__person_addresses') }} as homes
        on logged.id = homes.address_id
        and logged.force = homes.force
    where logged.kind = 'address_id'
    union
    select
        'position_id' as kind,
        force,
        replace(kind, '_id', '') || '|' || id as id
    from logged
    where kind in ('address_id', 'occurrence_address_id', 'stop_search_id')
    {%- for entity in ['occurrence', 'person'] %}
    union
    select
        '{{ entity }}_id' as kind,
        unread.force,
        unread.id
    from (
        {{ niche_unread_records(entity ~ 's', entity ~ '_id') }}
    ) as unread
    {%- endfor %}
    {%- for model, column, kind, id in [
        ('classifications', 'effective_to', 'occurrence_id', 'occurrence_id'),
        ('involvements', 'effective_to', 'occurrence_id', 'occurrence_id'),
        ('flags', 'ended_at', 'occurrence_id', 'occurrence_id'),
        ('person_merges', 'unmerged_at', 'person_id', 'surviving_person_id'),
        ('person_merges', 'unmerged_at', 'person_id', 'merged_person_id'),
    ] %}
    union
    select
        '{{ kind }}' as kind,
        ended.force,
        ended.{{ id }} as id
    from {{ ref('stg_niche__' ~ model) }} as ended
    inner join moments
        on ended.force = moments.force
        and ended.{{ column }} > moments.earlier
        and ended.{{ column }} <= moments.later
    {%- endfor %}
)

select
    kind,
    force,
    id
from final
where id is not null
