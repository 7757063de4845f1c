-- The types of crime and kinds of place that a force's mapping does not have, and what
-- is assumed of them.
{{ config(materialized='view') }}
{%- set tables = {
    'crime_type': ('incident_crime_types', 'no serious violence'),
    'location_type': ('incident_location_types', 'a place that may be public'),
} %}

with

final as (
    {%- for field, (table, assumed) in tables.items() %}
    select
        crimes.force,
        'incidents' as entity,
        '{{ field }}' as field,
        crimes.{{ field }}_code as code,
        '{{ assumed }}' as assumed,
        count(*)::integer as records
    from {{ ref('stg_incidents__crimes') }} as crimes
    left join {{ source('incidents_ops', table) }} as types
        on crimes.force = types.force
        and crimes.{{ field }}_code = types.code
    where types.code is null
        {%- if field == 'location_type' %}
        and crimes.location_type_code <> ''
        {%- endif %}
    group by crimes.force, crimes.{{ field }}_code
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
