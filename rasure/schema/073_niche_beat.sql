-- The beat of an occurrence, which the system sets by its place.
alter table raw.niche_occurrences add column beat text;
