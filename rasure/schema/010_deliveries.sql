create extension if not exists postgis;

create schema if not exists raw;
create schema if not exists quarantine;

-- One row per delivery that was offered, landed or rejected. `delivery_id` is the hash
-- of what the delivery holds, so that the same content is known again under any name.
create table ops.deliveries (
    load_id          integer generated always as identity primary key,
    delivery_id      text not null,
    source           text not null,
    delivery         text not null,
    kind             text not null check (kind in ('full', 'delta')),
    state            text not null check (state in ('landed', 'rejected')),
    archive_sha256   text,
    extracted_at     timestamptz,
    received_at      timestamptz not null,
    landed_at        timestamptz,
    rows_read        bigint not null default 0,
    rows_landed      bigint not null default 0,
    rows_quarantined bigint not null default 0,
    seconds          numeric(10, 3) not null,
    error            text,
    check (state <> 'landed' or rows_read = rows_landed + rows_quarantined)
);

create unique index deliveries_landed_once
    on ops.deliveries (source, delivery_id) where state = 'landed';
create index deliveries_archive on ops.deliveries (archive_sha256);

create table ops.delivery_files (
    file_id          integer generated always as identity primary key,
    load_id          integer not null references ops.deliveries on delete cascade,
    file             text not null,
    kind             text not null,
    force            text not null,
    month            date not null,
    sha256           text not null,
    bytes            bigint not null,
    encoding         text not null,
    rows_read        bigint not null,
    rows_landed      bigint not null,
    rows_quarantined bigint not null,
    unique (load_id, file)
);

create table ops.gate_results (
    load_id     integer references ops.deliveries on delete cascade,
    delivery_id text not null,
    checked_at  timestamptz not null,
    file        text not null,
    expectation text not null,
    column_name text,
    expected    text not null,
    found       text not null,
    success     boolean not null
);
