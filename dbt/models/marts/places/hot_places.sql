-- The places with serious violence in them, cells of the grid or placed freely, ranked
-- by score, and why each is hot.

with

scores as (
    select * from {{ ref('place_scores') }}
    where not is_institution_cell
),

ranked as (
    select
        scores.*,
        shapes.area_id,
        shapes.geom,
        {{ trend('crimes_recent', 'crimes_previous', 'months_observed') }} as trend,
        count(*) over (partition by scores.force) as places,
        row_number() over force_order as rank,
        row_number() over area_order as rank_in_area
    from scores
    inner join {{ source('places', 'shapes') }} as shapes
        on scores.hexagon_id = shapes.hexagon_id
    window
        force_order as (
            partition by scores.force
            order by
                scores.score desc,
                scores.crimes desc,
                scores.hexagon_id collate "C"
        ),
        area_order as (
            partition by scores.force, shapes.area_id
            order by
                scores.score desc,
                scores.crimes desc,
                scores.hexagon_id collate "C"
        )
),

final as (
    select
        ranked.force,
        forces.force_name,
        ranked.hexagon_id,
        areas.area,
        areas.area_set,
        names.place_name,
        ranked.rank::integer as rank,
        ranked.rank_in_area::integer as rank_in_area,
        ranked.crimes,
        ranked.crimes_recent,
        ranked.crimes_previous,
        ranked.harm_days::double precision as harm_days,
        ranked.score,
        ranked.months_with_crime,
        ranked.months_observed,
        ranked.trend,
        {{ main_reason('ranked') }} as main_reason,
        designated.hexagon_id is not null as is_designated,
        designated.hot_spot_id,
        designated.hot_spot_name,
        designated.designation_id,
        forces.data_from,
        forces.data_to,
        {{ definition_version() }} as definition_version,
        {{ geojson('ranked.geom') }} as hexagon_geojson,
        ranked.geom
    from ranked
    inner join {{ ref('dim_force') }} as forces on ranked.force = forces.force
    inner join {{ ref('place_names') }} as names
        on ranked.hexagon_id = names.hexagon_id
    left join {{ source('geo', 'areas') }} as areas on ranked.area_id = areas.area_id
    left join {{ ref('designated_places') }} as designated
        on ranked.hexagon_id = designated.hexagon_id
)

select * from final
