-- The types of crime and kinds of place that a force's mapping does not have, and what
-- is assumed of them.
{{ config(materialized='view') }}

with

crimes as (
    select * from {{ ref('stg_incidents__crimes') }}
),

final as (
    select
        crimes.force,
        'incidents' as entity,
        'crime_type' as field,
        crimes.crime_type_code as code,
        'no serious violence' as assumed,
        count(*)::integer as records
    from crimes
    left join {{ source('incidents_ops', 'incident_crime_types') }} as types
        on crimes.force = types.force
        and crimes.crime_type_code = types.code
    where types.code is null
    group by crimes.force, crimes.crime_type_code
    union all
    select
        crimes.force,
        'incidents' as entity,
        'location_type' as field,
        crimes.location_type_code as code,
        'a place that may be public' as assumed,
        count(*)::integer as records
    from crimes
    left join {{ source('incidents_ops', 'incident_location_types') }} as types
        on crimes.force = types.force
        and crimes.location_type_code = types.code
    where types.code is null
        and crimes.location_type_code <> ''
    group by crimes.force, crimes.location_type_code
)

select * from final
