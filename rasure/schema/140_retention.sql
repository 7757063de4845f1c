-- What `rasure retention` has done. `rows_superseded` counts the rows of a file that a
-- later delivery of everything superseded, and that were removed from raw.
-- `superseded_by` is the load of the newest such delivery that the file was held against.
alter table ops.delivery_files
    add column rows_superseded bigint not null default 0,
    add column superseded_by integer,
    add check (rows_erased + rows_superseded <= rows_landed + rows_quarantined);

-- The records that a row in quarantine may be of. Where its fields could not be told
-- apart, or its id is no number, every number in it may be the id.
create function ops.quarantined_ids(record_id text, original text)
returns table (id text) language sql immutable parallel safe as
$$
    select record_id where record_id ~ '^[0-9]+$'
    union all
    select word
    from regexp_split_to_table(original, '[^0-9]+') as words (word)
    where (record_id is null or record_id !~ '^[0-9]*$') and word <> ''
$$;
