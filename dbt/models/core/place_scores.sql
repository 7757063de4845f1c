-- The score of a place with its counts. A cell with half or more of its
-- serious violence at a prison, hospital or police station is an institution's.
{{ config(indexes=[{'columns': ['hexagon_id'], 'unique': true}]) }}

with

months as (
    select * from {{ ref('hexagon_months') }}
),

forces as (
    select * from {{ ref('dim_force') }}
),

at_institutions as (
    select
        hexagon_id,
        count(*)::integer as crimes
    from {{ ref('place_crimes') }}
    where is_place_event
        and is_at_institution
    group by hexagon_id
),

scored as (
    select
        force,
        hexagon_id,
        sum(crimes)::integer as crimes,
        coalesce(sum(crimes) filter (where is_recent), 0)::integer as crimes_recent,
        coalesce(sum(crimes) filter (where is_previous), 0)::integer
            as crimes_previous,
        count(*)::integer as months_with_crime,
        sum(harm_days) as harm_days,
        sum(score)::double precision as score,
        jsonb_object_agg(to_char(month, 'YYYY-MM'), crimes) as crimes_by_month
    from months
    group by force, hexagon_id
),

final as (
    select
        scored.force,
        scored.hexagon_id,
        scored.crimes,
        scored.crimes_recent,
        scored.crimes_previous,
        coalesce(at_institutions.crimes, 0) as crimes_at_institutions,
        scored.months_with_crime,
        forces.months_observed,
        scored.harm_days,
        scored.score,
        scored.crimes_by_month,
        coalesce(at_institutions.crimes, 0)
        >= {{ var('institution_share') }}
        * (scored.crimes + coalesce(at_institutions.crimes, 0)) as is_institution_cell
    from scored
    inner join forces on scored.force = forces.force
    left join at_institutions on scored.hexagon_id = at_institutions.hexagon_id
)

select * from final
