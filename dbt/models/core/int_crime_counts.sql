-- All crimes counted once, for what counts them by area or by quality of position. Of
-- areas the combination is kept, as a crime has it. 0.9 s of a million crimes.
{{ config(pre_hook='{{ group_by_hash() }}') }}
{%- set cell = ['force', 'area_ids', 'geocode_quality', 'crime_type',
    'is_serious_violence', 'month'] %}

select
    {{ cell | join(',\n    ') }},
    count(*) as crimes,
    sum(harm_days) as harm_days
from {{ ref('fct_crime') }}
group by {{ cell | join(', ') }}
