-- From `incoming_polygons` (EPSG:4326): a force as the union of its areas, with no
-- neighbourhoods and no districts. A boundary does not say since when its areas hold.
create temp table prepared_polygons as
select
    area_id,
    area,
    st_multi(
        st_collectionextract(
            st_makevalid(st_union(st_transform(st_makevalid(geom), %(srid)s))), 3
        )
    ) as geom
from incoming_polygons
group by area_id, area;

delete from geo.forces where force = %(force)s;

insert into geo.forces (force, force_name, area_km2, geom)
select
    %(force)s,
    %(force_name)s,
    st_area(st_union(geom)) / 1e6,
    st_multi(st_union(geom))
from prepared_polygons;

insert into geo.areas (area_id, force, area_set, area, valid_from, geom)
select
    area_id,
    %(force)s,
    %(area_set)s,
    area,
    '1900-01-01',
    geom
from prepared_polygons;

drop table prepared_polygons;

insert into geo.force_settings (force, default_area_set)
values (%(force)s, %(area_set)s)
on conflict (force) do update set default_area_set = excluded.default_area_set;
