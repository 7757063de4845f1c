-- Caister water tower, the worked example of the Ordnance Survey's "A guide to
-- coordinate systems in Great Britain", within 5 m; and a point that the grid does not
-- reach. Of another grid there is nothing to compare.
with

control_points (name, longitude, latitude, easting, northing) as (
    values
    ('Caister water tower', 1.716052, 52.657979, 651409.903, 313177.270),
    ('null island', 0.0, 0.0, null, null)
),

transformed as (
    select
        name,
        {{ grid_point('longitude', 'latitude') }} as geom,
        st_setsrid(st_makepoint(easting, northing), 27700) as expected
    from control_points
    where {{ var('grid_srid') }} = 27700
)

select
    name,
    st_astext(geom) as found,
    st_astext(expected) as expected
from transformed
where coalesce(not st_dwithin(geom, expected, 5), geom is distinct from expected)
