"""The small map: the place, its hot spot, zones and streets, as paths of an SVG.

Everything is drawn from our own geometry in metres, so that no map server is asked and
none learns where a patrol goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

MARGIN_M = 300  # around the hot spot
SHAPE = 1.15  # of the map on the page, width by height

FRAME = """
    select
        least(st_xmin(box), st_x(middle) - 500),
        least(st_ymin(box), st_y(middle) - 420),
        greatest(st_xmax(box), st_x(middle) + 500),
        greatest(st_ymax(box), st_y(middle) + 420)
    from (
        select
            st_expand(hot_spots.geom, %(margin)s) as box,
            st_centroid(hot_spots.geom) as middle
        from places.hot_spots
        where designation_id = %(designation_id)s and hot_spot_id = %(hot_spot_id)s
    ) as frame
"""

# In the order of drawing; each layer is cut to the frame.
LAYERS = """
    with frame as (
        select st_makeenvelope(
            %(west)s, %(south)s, %(east)s, %(north)s,
            find_srid('geo', 'forces', 'geom')
        ) as box
    ),
    drawn as (
        select 1 as layer, 'neighbourhood' as kind, st_boundary(geom) as geom
        from geo.lsoas where force = %(force)s
            and vintage = (select max(vintage) from geo.lsoas where force = %(force)s)
        union all
        select 2, 'area', st_boundary(areas.geom)
        from geo.areas
        inner join places.shapes on areas.area_id = shapes.area_id
        where shapes.hexagon_id = %(hexagon_id)s
        union all
        select 3, 'street', geom from geo.street_links where force = %(force)s
        union all
        select 4, 'institution', geom from geo.institutions where force = %(force)s
        union all
        select 5, 'designated', geom
        from places.designated_shapes
        where designation_id = %(designation_id)s and hexagon_id <> %(hexagon_id)s
        union all
        select 6, 'place', geom
        from places.designated_shapes
        where designation_id = %(designation_id)s and hexagon_id = %(hexagon_id)s
        union all
        select 7, 'zone', streets_geom from places.patrol_zones
        where designation_id = %(designation_id)s
    )
    select kind, string_agg(st_assvg(st_intersection(geom, box), 0, 1), ' ')
    from drawn
    inner join frame on st_intersects(geom, box)
    group by layer, kind
    order by layer
"""


@dataclass(frozen=True)
class Ground:
    """The map: a frame in metres and, for each kind of thing, the path to draw."""

    west: float
    south: float
    east: float
    north: float
    paths: tuple[tuple[str, str], ...]

    @property
    def width(self) -> float:
        """From west to east, in metres."""
        return self.east - self.west

    @property
    def view_box(self) -> str:
        """The frame as SVG has it, y downwards."""
        height = self.north - self.south
        return f"{self.west:.0f} {-self.north:.0f} {self.width:.0f} {height:.0f}"

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is on the map, for its legend."""
        return tuple(kind for kind, _ in self.paths)


def read_ground(
    connection: psycopg.Connection,
    designation_id: str,
    hot_spot_id: str,
    hexagon_id: str,
) -> Ground:
    """The map of a hot spot of a designation, with one of its hexagons marked."""
    parameters = {
        "designation_id": designation_id,
        "hot_spot_id": hot_spot_id,
        "hexagon_id": hexagon_id,
        "force": hexagon_id.split(":")[0],
        "margin": MARGIN_M,
    }
    west, south, east, north = in_shape(
        *connection.execute(FRAME, parameters).fetchone()
    )
    parameters |= {"west": west, "south": south, "east": east, "north": north}
    paths = connection.execute(LAYERS, parameters).fetchall()
    return Ground(west, south, east, north, tuple(paths))


def in_shape(
    west: float, south: float, east: float, north: float
) -> tuple[float, float, float, float]:
    """The frame, made wider or taller about its middle to the shape of the map."""
    width, height = east - west, north - south
    wider = max(SHAPE * height - width, 0) / 2
    taller = max(width / SHAPE - height, 0) / 2
    return west - wider, south - taller, east + wider, north + taller
