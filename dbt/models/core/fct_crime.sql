-- Every crime that counts, of whatever source, each force by one source only. A view:
-- what is costly was done for each source before. Crimes that happened before the
-- months that a force observes (reported years after) stay with their source: a place
-- of thirty years ago is not hot today. The view is written anew in every transform,
-- with these months in it, so that it joins nothing: a selection of one table is one
-- that PostgreSQL finds its index for.
{{ config(materialized='view', post_hook=[]) }}
-- depends_on: {{ ref('dim_force') }}
-- depends_on: {{ ref('stg_niche__files') }}
{%- set has_niche = is_built(ref('int_niche_crimes')) %}
{%- set of_both = [
    'crime_type', 'force', 'place_id', 'hexagon_id', 'area_id', 'area_ids',
    'institution_id', 'outcome', 'geocode_quality', 'harm_days',
    'is_serious_violence', 'is_police_generated', 'is_at_institution', 'is_located',
    'month'
] %}
{%- set of_records = {
    'occurrence_id': 'text', 'occurrence_number': 'text', 'offence_id': 'text',
    'location_type': 'text', 'patrol_window': 'text', 'is_public_place': 'boolean',
    'is_domestic_abuse': 'boolean', 'is_knife_enabled': 'boolean',
    'is_time_known': 'boolean', 'operational_date': 'date',
    'occurred_from': 'timestamptz', 'occurred_to': 'timestamptz',
    'reported_at': 'timestamptz'
} %}

select
    crimes.*,
    {{ is_place_event('crimes') }} as is_place_event,
    {{ score_weight('crimes.harm_days', 'crimes.month') }} as score_weight
from (
    select
        {{ crime_key('crimes') }} as crime_key,
        'police_uk' as source,
        crimes.crime_id,
        {%- for column, type in of_records.items() %}
        null::{{ type }} as {{ column }},
        {%- endfor %}
        {{ 'crimes.' ~ of_both | join(',\n        crimes.') }}
    from {{ ref('int_police_uk_crimes') }} as crimes
    {%- if has_niche %}
    where crimes.force not in {{ niche_forces() }}
    union all
    select
        crimes.crime_key,
        'niche_rms' as source,
        null as crime_id,
        {{
            'crimes.' ~ (of_records.keys() | list + of_both) | join(',\n        crimes.')
        }}
    from {{ ref('int_niche_crimes') }} as crimes
    where crimes.month >= {{ observed_since('crimes.force') }}
    {%- endif %}
) as crimes
