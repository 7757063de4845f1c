-- Every crime that counts, of whatever source, each force by one source only. A view:
-- what is costly was done for each source before. Crimes that happened before the
-- months that a force observes (reported years after) stay with their source: a place
-- of thirty years ago is not hot today.
{{ config(materialized='view', post_hook=[]) }}
-- depends_on: {{ ref('dim_force') }}
-- depends_on: {{ ref('stg_niche__files') }}
{%- set has_niche = is_built(ref('int_niche_crimes')) %}

with

police_uk as (
    select * from {{ ref('int_police_uk_crimes') }}
    {%- if has_niche %}
    where force not in {{ niche_forces() }}
    {%- endif %}
),

{% if has_niche -%}
niche as ( -- noqa: ST03
    select crimes.*
    from {{ ref('int_niche_crimes') }} as crimes
    inner join {{ ref('dim_force') }} as forces on crimes.force = forces.force
    where crimes.month >= forces.data_from
),

{% endif -%}
final as (
    select
        {{ crime_key('police_uk') }} as crime_key,
        'police_uk' as source,
        police_uk.force,
        police_uk.crime_id,
        null::text as occurrence_id,
        null::text as occurrence_number,
        police_uk.place_id,
        police_uk.hexagon_id,
        police_uk.area_id,
        police_uk.institution_id,
        police_uk.crime_type,
        null::text as offence_id,
        police_uk.outcome,
        null::text as location_type,
        police_uk.geocode_quality,
        null::text as patrol_window,
        police_uk.harm_days,
        police_uk.is_serious_violence,
        police_uk.is_police_generated,
        police_uk.is_at_institution,
        police_uk.is_located,
        null::boolean as is_public_place,
        null::boolean as is_domestic_abuse,
        null::boolean as is_knife_enabled,
        null::boolean as is_time_known,
        police_uk.month,
        null::date as operational_date,
        null::timestamptz as occurred_from,
        null::timestamptz as occurred_to,
        null::timestamptz as reported_at
    from police_uk
    {%- if has_niche %}
    union all
    select
        niche.crime_key,
        'niche_rms' as source,
        niche.force,
        null as crime_id,
        niche.occurrence_id,
        niche.occurrence_number,
        niche.place_id,
        niche.hexagon_id,
        niche.area_id,
        niche.institution_id,
        coalesce(niche.crime_type, niche.published_category, 'Not mapped')
            as crime_type,
        niche.offence_id,
        niche.outcome,
        niche.location_type,
        niche.geocode_quality,
        niche.patrol_window,
        niche.harm_days,
        niche.is_serious_violence,
        niche.is_police_generated,
        niche.is_at_institution,
        niche.is_located,
        niche.is_public_place,
        niche.is_domestic_abuse,
        niche.is_knife_enabled,
        niche.is_time_known,
        niche.month,
        niche.operational_date,
        niche.occurred_from,
        niche.occurred_to,
        niche.reported_at
    from niche
    {%- endif %}
)

select * from final
