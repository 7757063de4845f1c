-- The hexagons of a force from hottest to coldest; `scope` is that of ranking.py. The
-- formula is that of rasure/places/scores.py and core.place_scores; scores are compared at 9 decimals and
-- ties go by the hexagon's id, so that the order is the same on every run.
with

observed as (
    select
        min(month) as data_from,
        max(month) as data_to,
        count(distinct month) as months_observed
    from core.fct_crime
    where force = %(force)s
),

scope_crimes as (
    select
        fct_crime.hexagon_id,
        fct_crime.month,
        fct_crime.is_at_institution,
        sqrt(coalesce(fct_crime.harm_days, 0)::double precision) * power(
            2.0::double precision,
            -(
                extract(year from age(observed.data_to, fct_crime.month)) * 12
                + extract(month from age(observed.data_to, fct_crime.month))
            )::double precision / %(half_life_months)s
        ) as score
    from core.fct_crime
    cross join observed
    where fct_crime.force = %(force)s
        and {scope}
),

places as (
    select
        hexagon_id,
        count(*) filter (where not is_at_institution) as crimes,
        count(*) filter (where is_at_institution) as crimes_at_institutions,
        count(distinct month) filter (where not is_at_institution) as months_with_crime,
        coalesce(sum(score) filter (where not is_at_institution), 0) as score
    from scope_crimes
    group by hexagon_id
),

final as (
    select
        places.hexagon_id,
        hexagons.area_km2,
        round(places.score::numeric, 9)::double precision as score,
        places.crimes,
        places.months_with_crime,
        places.months_with_crime >= greatest(
            1,
            ceil(%(persistence_share)s * observed.months_observed - 1e-9)
        ) as is_persistent,
        places.crimes_at_institutions >= %(institution_share)s
        * (places.crimes + places.crimes_at_institutions) as is_institution,
        observed.months_observed,
        observed.data_from,
        (observed.data_to + interval '1 month - 1 day')::date as data_to
    from places
    cross join observed
    inner join geo.hexagons
        on places.hexagon_id = hexagons.hexagon_id
        and hexagons.force = %(force)s
)

select *
from final
where crimes > 0
order by
    is_persistent desc,
    round((score / area_km2)::numeric, 6) desc,
    hexagon_id collate "C"
