-- The score of a hexagon: what each crime in scope adds to it, summed, with the counts
-- beside. A cell with half or more of its violence at an institution is marked.
{{ config(indexes=[{'columns': ['hexagon_id'], 'unique': true}]) }}

with

crimes as (
    select * from {{ ref('fct_crime') }}
    where is_serious_violence
        and is_located
),

months as (
    select * from {{ ref('dim_force_month') }}
),

forces as (
    select * from {{ ref('dim_force') }}
),

weights as (
    select distinct
        months.force,
        months.month,
        months.is_recent,
        months.is_previous,
        crime_types.harm_days,
        {{ score_weight('crime_types.harm_days', 'months.age_months') }} as weight
    from months
    cross join {{ ref('dim_crime_type') }} as crime_types
    where crime_types.is_serious_violence
),

by_month as (
    select
        crimes.force,
        crimes.hexagon_id,
        crimes.month,
        weights.is_recent,
        weights.is_previous,
        count(*) as crimes,
        sum(crimes.harm_days) as harm_days,
        sum(weights.weight) as score
    from crimes
    inner join weights
        on crimes.force = weights.force
        and crimes.month = weights.month
        and crimes.harm_days = weights.harm_days
    where {{ is_place_scope('crimes') }}
    group by 1, 2, 3, 4, 5
),

at_institutions as (
    select
        hexagon_id,
        count(*) as crimes
    from crimes
    where is_at_institution
        and not is_police_generated
    group by hexagon_id
),

scored as (
    select
        by_month.force,
        by_month.hexagon_id,
        sum(by_month.crimes)::integer as crimes,
        coalesce(sum(by_month.crimes) filter (where by_month.is_recent), 0)::integer
            as crimes_recent,
        coalesce(sum(by_month.crimes) filter (where by_month.is_previous), 0)::integer
            as crimes_previous,
        count(*)::integer as months_with_crime,
        sum(by_month.harm_days) as harm_days,
        sum(by_month.score)::double precision as score,
        jsonb_object_agg(to_char(by_month.month, 'YYYY-MM'), by_month.crimes)
            as crimes_by_month
    from by_month
    group by by_month.force, by_month.hexagon_id
),

final as (
    select
        scored.*,
        forces.months_observed,
        coalesce(at_institutions.crimes, 0)::integer as crimes_at_institutions,
        coalesce(at_institutions.crimes, 0)
        >= {{ var('institution_cell_share') }}
        * (scored.crimes + coalesce(at_institutions.crimes, 0)) as is_institution_cell
    from scored
    inner join forces on scored.force = forces.force
    left join at_institutions on scored.hexagon_id = at_institutions.hexagon_id
)

select * from final
