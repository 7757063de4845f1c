-- What the crimes of the mart call their cells: where a cell has another name now, or is
-- designated or no longer, its crimes are written anew.
create table ops.cell_names (
    hexagon_id    text primary key,
    place_name    text,
    is_designated boolean not null,
    hot_spot_name text
);
