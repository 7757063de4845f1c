-- From `incoming_lsoas` (EPSG:4326): the force as the union of its LSOAs of 2011, and
-- geo.lsoas for the force and its neighbours within a kilometre, because events near
-- the border are counted apart from events far outside.
create temp table prepared_lsoas as
select
    lsoa_code,
    lsoa_name,
    district_code,
    district_name,
    force,
    st_multi(
        st_collectionextract(st_makevalid(st_transform(geom, 27700)), 3)
    ) as geom
from incoming_lsoas;

delete from geo.forces where force = %(force)s;

insert into geo.forces (force, force_name, tables_version, area_km2, geom)
select
    %(force)s,
    %(force_name)s,
    %(tables_version)s,
    st_area(st_union(geom)) / 1e6,
    st_multi(st_union(geom))
from prepared_lsoas
where force = %(force)s;

insert into geo.lsoas
select
    prepared_lsoas.lsoa_code,
    2011,
    prepared_lsoas.lsoa_name,
    prepared_lsoas.district_code,
    prepared_lsoas.district_name,
    prepared_lsoas.force,
    prepared_lsoas.geom
from prepared_lsoas
inner join geo.forces on forces.force = %(force)s
where prepared_lsoas.force = %(force)s
    or st_dwithin(prepared_lsoas.geom, forces.geom, 1000)
on conflict (lsoa_code, vintage) do update set
    lsoa_name = excluded.lsoa_name,
    district_code = excluded.district_code,
    district_name = excluded.district_name,
    force = excluded.force,
    geom = excluded.geom;

insert into geo.districts (force, district_code, district_name, geom)
select
    force,
    district_code,
    min(district_name),
    st_multi(st_union(geom))
from prepared_lsoas
where force = %(force)s
group by force, district_code;

drop table incoming_lsoas, prepared_lsoas;

analyze geo.lsoas;
