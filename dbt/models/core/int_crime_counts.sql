-- All crimes counted once, for what counts them by area or by quality of position. Of
-- areas the combination is kept, as a crime has it. Of records the counts are kept by
-- cell; whatever else `fct_crime` takes holds for these too.
-- depends_on: {{ ref('dim_force') }}
-- depends_on: {{ ref('stg_niche__files') }}
{%- set has_niche = is_built(ref('int_niche_crime_counts')) %}
{%- set cell = ['force', 'area_ids', 'geocode_quality', 'crime_type',
    'is_serious_violence', 'month'] %}

with

final as (
    select
        {{ cell | join(',\n        ') }},
        count(*) as crimes,
        sum(harm_days) as harm_days
    from {{ ref('int_police_uk_crimes') }}
    {%- if has_niche %}
    where force not in {{ niche_forces() }}
    {%- endif %}
    group by {{ cell | join(', ') }}
    {%- if has_niche %}
    union all
    select
        {{ cell | join(',\n        ') }},
        crimes,
        harm_days
    from {{ ref('int_niche_crime_counts') }}
    where month >= {{ observed_since('force') }}
    {%- endif %}
)

select * from final
