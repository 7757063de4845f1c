-- Hot places that are placed freely, for a force whose method is `free`. They lie over the
-- grid: crimes in one of the open designation count there, and not in their cell.
-- `cell_id` is the cell in which the middle of one lies; where that is just outside the
-- force, the nearest.
create table places.placed_hexagons (
    designation_id text not null,
    hexagon_id     text not null,
    cell_id        text not null,
    geom           geometry (Polygon, 27700) not null,
    primary key (designation_id, hexagon_id),
    foreign key (designation_id, hexagon_id)
    references places.designated_hexagons (designation_id, hexagon_id) on delete cascade
);

create index placed_hexagons_geom on places.placed_hexagons using gist (geom);

-- The ground that a reviewer saw, of a hexagon that is no cell of the grid.
alter table places.reviews add column geom geometry (Polygon, 27700);

-- The hexagons of every version, with their ground.
create view places.designated_shapes as
select
    designated.designation_id,
    designated.hexagon_id,
    designated.hot_spot_id,
    designated.designation_order,
    placed.hexagon_id is not null as is_placed,
    coalesce(placed.geom, cells.geom) as geom
from places.designated_hexagons as designated
left join places.placed_hexagons as placed
    on designated.designation_id = placed.designation_id
    and designated.hexagon_id = placed.hexagon_id
left join geo.hexagons as cells on designated.hexagon_id = cells.hexagon_id;

-- The places that people see: the cells of the grid, and the hexagons that are placed
-- freely in a designation in force.
create view places.shapes as
select
    hexagon_id,
    force,
    area_id,
    hexagon_id as cell_id,
    null::integer as designation_order,
    area_km2,
    false as is_placed,
    geom,
    centroid
from geo.hexagons
union all
select
    placed.hexagon_id,
    designations.force,
    cells.area_id,
    placed.cell_id,
    designated.designation_order,
    st_area(placed.geom) / 1e6,
    true,
    placed.geom,
    st_centroid(placed.geom)
from places.designations
inner join places.placed_hexagons as placed
    on designations.designation_id = placed.designation_id
inner join places.designated_hexagons as designated
    on placed.designation_id = designated.designation_id
    and placed.hexagon_id = designated.hexagon_id
left join geo.hexagons as cells on placed.cell_id = cells.hexagon_id
where designations.valid_to is null
    and designations.patrol_window = 'all';
