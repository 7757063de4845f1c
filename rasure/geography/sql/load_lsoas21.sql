-- From `incoming_lsoas` (EPSG:4326): the LSOAs of 2021, before they are linked.
delete from geo.area_lsoas
using incoming_lsoas
where area_lsoas.vintage = 2021
    and area_lsoas.lsoa_code = incoming_lsoas.lsoa_code;

insert into geo.lsoas (lsoa_code, vintage, lsoa_name, geom)
select
    lsoa_code,
    2021,
    lsoa_name,
    st_multi(
        st_collectionextract(st_makevalid(st_transform(geom, 27700)), 3)
    )
from incoming_lsoas
on conflict (lsoa_code, vintage) do update set
    lsoa_name = excluded.lsoa_name,
    district_code = null,
    district_name = null,
    force = null,
    geom = excluded.geom;

drop table incoming_lsoas;

analyze geo.lsoas;
