-- True if the publisher wrote the day of a search without its time; null in rows of files
-- that were copied as they are, where each search has a time.
alter table raw.police_uk_stop_search add column is_day_only boolean;
