-- The hexagons of the force: side 123.5 m, 0.0396 km2, centroid in the force, each in
-- the area of the default area set that holds its centroid. The grid starts at the
-- origin of EPSG:27700, so (i, j) never depends on the extent.
insert into geo.hexagons (
    hexagon_id, force, i, j, area_id, area_km2, geom, centroid
)

with

cells as (
    select
        grid.i,
        grid.j,
        grid.geom,
        st_centroid(grid.geom) as centroid
    from geo.forces
    cross join lateral st_hexagongrid(%(side_m)s, forces.geom) as grid
    where forces.force = %(force)s
),

default_areas as (
    select
        areas.area_id,
        areas.geom
    from geo.areas
    inner join geo.force_settings
        on force_settings.force = areas.force
        and force_settings.default_area_set = areas.area_set
    where areas.force = %(force)s
)

select distinct on (cells.i, cells.j)
    concat_ws(':', %(force)s, cells.i, cells.j),
    %(force)s,
    cells.i,
    cells.j,
    default_areas.area_id,
    st_area(cells.geom) / 1e6,
    cells.geom,
    cells.centroid
from cells
inner join default_areas on st_intersects(default_areas.geom, cells.centroid)
order by cells.i, cells.j, default_areas.area_id;

analyze geo.hexagons;
