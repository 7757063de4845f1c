-- How many crimes of a force are of restricted records. They count in the figures of
-- the force, its areas and the ranking of places, and are in no list.
{{ config(tags=['instants']) }}

with

counted as (
    select
        crimes.force,
        count(*)::integer as crimes,
        (count(*) filter (where {{ is_restricted('crimes') }}))::integer
            as crimes_restricted
    from {{ ref('all_crimes') }} as crimes
    where {{ knows_instants('crimes') }}
    group by crimes.force
),

final as (
    select
        counted.force,
        forces.force_name,
        counted.crimes,
        counted.crimes_restricted
    from counted
    inner join {{ ref('dim_force') }} as forces on counted.force = forces.force
)

select * from final
