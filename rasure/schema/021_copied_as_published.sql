-- A file whose rows are all good is copied as it was published, in one stream. What the
-- loader adds to every row (delivery, file, place in the file) are column defaults that
-- read what it has set in its session before the COPY; see rasure/landing/store.py.
drop schema if exists staging cascade; -- views that dbt builds again

set local check_function_bodies = off; -- the sequence is the session's own

create function raw.load_id() returns integer language sql stable as
$$ select current_setting('rasure.load_id')::integer $$;

create function raw.file_id() returns integer language sql stable as
$$ select current_setting('rasure.file_id')::integer $$;

create function raw.next_row_number() returns integer language sql volatile as
$$ select nextval('pg_temp.row_number')::integer $$;

alter table raw.police_uk_street
    alter column load_id set default raw.load_id(),
    alter column file_id set default raw.file_id(),
    alter column row_number set default raw.next_row_number(),
    alter column month type text using to_char(month, 'YYYY-MM');

alter table raw.police_uk_outcomes
    alter column load_id set default raw.load_id(),
    alter column file_id set default raw.file_id(),
    alter column row_number set default raw.next_row_number(),
    alter column month type text using to_char(month, 'YYYY-MM');

alter table raw.police_uk_stop_search
    alter column load_id set default raw.load_id(),
    alter column file_id set default raw.file_id(),
    alter column row_number set default raw.next_row_number();
