-- Which state of the shipped tables (areas, districts, institutions) a force was built
-- from, so that it is built again when they change; empty: before this was kept.
alter table geo.forces add column tables_version text;
