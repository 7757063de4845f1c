-- What a landing set aside that is no row in quarantine: fields that were emptied, since
-- a record can do without them, and files that could not be used. Reasons hold no value.
create table ops.emptied_fields (
    file_id      integer not null references ops.delivery_files on delete cascade,
    load_id      integer not null references ops.deliveries on delete cascade,
    column_names text[] not null,   -- of the raw table
    reason       text not null,
    rows         bigint not null check (rows > 0),
    primary key (file_id, reason)
);
create table ops.files_set_aside (
    load_id integer not null references ops.deliveries on delete cascade,
    file    text not null,
    force   text,                   -- empty where the file's name does not say it
    rows    bigint not null check (rows >= 0),
    reason  text not null,
    primary key (load_id, file)
);

-- A row that lost fields has their names, parted by commas. A row in quarantine has the
-- id of its record, empty text if it has none, and null if its fields could not be told
-- apart.
do $$
declare
    name text;
begin
    for name in
        select table_name from information_schema.tables
        where table_schema = 'raw' and table_name ~ '^(niche|police_uk)_'
    loop
        execute format('alter table raw.%I add column emptied_fields text', name);
        if name like 'niche\_%' then
            execute format('alter table quarantine.%I add column record_id text', name);
        end if;
    end loop;
end
$$;

-- A published search may lack its type or its time.
alter table raw.police_uk_stop_search
    alter column search_type drop not null,
    alter column searched_at drop not null;
