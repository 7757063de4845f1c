-- From `incoming_areas` (one row per area set, area and district): the dated areas of
-- the force, each the union of its districts.
insert into geo.areas (
    area_id, force, area_set, area, valid_from, valid_to, geom
)
select
    concat_ws(
        ':',
        %(force)s,
        incoming_areas.area_set,
        trim(both '-' from regexp_replace(
            lower(incoming_areas.area), '[^a-z0-9]+', '-', 'g'
        ))
    ),
    %(force)s,
    incoming_areas.area_set,
    incoming_areas.area,
    incoming_areas.valid_from,
    incoming_areas.valid_to,
    st_multi(st_union(districts.geom))
from incoming_areas
inner join geo.districts
    on districts.force = %(force)s
    and districts.district_code = incoming_areas.district_code
group by
    incoming_areas.area_set,
    incoming_areas.area,
    incoming_areas.valid_from,
    incoming_areas.valid_to;

insert into geo.area_districts (area_id, district_code)
select
    areas.area_id,
    incoming_areas.district_code
from incoming_areas
inner join geo.areas
    on areas.force = %(force)s
    and areas.area_set = incoming_areas.area_set
    and areas.area = incoming_areas.area;

drop table incoming_areas;

insert into geo.force_settings (force, default_area_set)
values (%(force)s, %(default_area_set)s)
on conflict (force) do update set default_area_set = excluded.default_area_set;
