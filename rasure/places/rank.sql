-- The hexagons of a force that have a crime, with their scores; `events` is the relation
-- of events.py, `in_window` its condition. A score is the sum of the weights of the
-- crimes, as at the last month; ranking.py puts the hexagons in order.
with

observed as (
    select
        min(month) as data_from,
        max(month) as data_to,
        count(distinct month) as months_observed,
        least(
            %(history_years)s,
            (
                extract(year from age(max(month), min(month))) * 12
                + extract(month from age(max(month), min(month)))
                + 1
            )::integer / 12
        )::integer as years_observed
    from core.fct_crime
    where force = %(force)s
),

scope_crimes as (
    select
        events.hexagon_id,
        events.month,
        events.is_at_institution,
        case when ages.months / 12 < observed.years_observed then ages.months / 12 end
            as year_ago,
        events.score_weight
    from ({events}) as events
    cross join observed
    cross join lateral (
        select (
            extract(year from age(observed.data_to, events.month)) * 12
            + extract(month from age(observed.data_to, events.month))
        )::integer as months
    ) as ages
    where events.force = %(force)s
        and {in_window}
),

places as (
    select
        hexagon_id,
        count(*) filter (where not is_at_institution) as crimes,
        count(*) filter (where is_at_institution) as crimes_at_institutions,
        count(distinct month) filter (where not is_at_institution) as months_with_crime,
        count(distinct year_ago) filter (where not is_at_institution)
            as years_with_crime,
        coalesce(sum(score_weight) filter (where not is_at_institution), 0) as weights
    from scope_crimes
    group by hexagon_id
),

final as (
    select
        places.hexagon_id,
        hexagons.area_km2,
        round(places.weights / latest.growth::numeric, 9)::double precision as score,
        places.crimes,
        places.months_with_crime,
        places.years_with_crime,
        places.crimes_at_institutions >= %(institution_share)s
        * (places.crimes + places.crimes_at_institutions) as is_institution,
        observed.months_observed,
        observed.years_observed,
        observed.data_from,
        (observed.data_to + interval '1 month - 1 day')::date as data_to
    from places
    cross join observed
    inner join core.score_months as latest on observed.data_to = latest.month
    inner join geo.hexagons
        on places.hexagon_id = hexagons.hexagon_id
        and hexagons.force = %(force)s
)

select *
from final
where crimes > 0
