with

crimes as (
    select * from {{ ref('int_crime_counts') }}
),

forces as (
    select * from {{ ref('dim_force') }}
),

counted as (
    select
        force,
        month,
        geocode_quality as quality,
        sum(crimes) as crimes
    from crimes
    group by force, month, geocode_quality
),

final as (
    select
        counted.force,
        forces.force_name,
        counted.month,
        counted.quality,
        counted.crimes::integer as crimes,
        (
            counted.crimes
            / sum(counted.crimes) over (partition by counted.force, counted.month)
        )::double precision as share
    from counted
    inner join forces on counted.force = forces.force
)

select * from final
