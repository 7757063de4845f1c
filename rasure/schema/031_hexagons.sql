-- Where things are counted: the hexagons of a force and the institutions in it.

-- `i` and `j` are the column and row of ST_HexagonGrid, counted from the grid's own
-- origin, so that a cell keeps its name whatever the extent it was made for.
create table geo.hexagons (
    hexagon_id text primary key,
    force      text not null references geo.forces on delete cascade,
    i          integer not null,
    j          integer not null,
    area_id    text not null,
    area_km2   double precision not null,
    geom       geometry (Polygon, 27700) not null,
    centroid   geometry (Point, 27700) not null
);

create table geo.institutions (
    institution_id text primary key,
    force          text not null references geo.forces on delete cascade,
    name           text not null,
    kind           text not null check (kind in ('prison', 'hospital', 'police_station')),
    source         text not null,
    radius_m       integer not null,
    geom           geometry (Polygon, 27700) not null
);

create index hexagons_geom on geo.hexagons using gist (geom);
create index hexagons_force on geo.hexagons (force, i, j);
create index institutions_geom on geo.institutions using gist (geom);
