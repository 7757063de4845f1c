-- A place has one rank, that of marts.hot_places. The order in which its designation was
-- filled, persistent places first, has a name of its own.
alter table places.designated_hexagons rename column rank to designation_order;
