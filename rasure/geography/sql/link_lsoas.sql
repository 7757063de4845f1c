-- The district, force and areas that each LSOA belongs to. An LSOA of 2021 belongs to
-- the district of 2011 that holds most of it, if that district holds at least half of
-- it; the others are linked when their force is built.
with

shares as (
    select
        newer.lsoa_code,
        older.district_code,
        older.district_name,
        older.force,
        st_area(newer.geom) as own_area,
        sum(st_area(st_intersection(newer.geom, older.geom))) as shared_area
    from geo.lsoas as newer
    inner join geo.lsoas as older
        on older.vintage = 2011
        and st_intersects(older.geom, newer.geom)
    where newer.vintage = 2021
        and (newer.force is null or newer.force = %(force)s)
    group by
        newer.lsoa_code,
        newer.geom,
        older.district_code,
        older.district_name,
        older.force
),

largest as (
    select distinct on (lsoa_code) *
    from shares
    order by lsoa_code, shared_area desc, district_code
)

update geo.lsoas
set
    district_code = largest.district_code,
    district_name = largest.district_name,
    force = largest.force
from largest
where lsoas.vintage = 2021
    and lsoas.lsoa_code = largest.lsoa_code
    and largest.shared_area >= 0.5 * largest.own_area;

insert into geo.area_lsoas (area_id, lsoa_code, vintage)
select
    area_districts.area_id,
    lsoas.lsoa_code,
    lsoas.vintage
from geo.lsoas
inner join geo.area_districts
    on area_districts.district_code = lsoas.district_code
where lsoas.force = %(force)s
on conflict do nothing;
