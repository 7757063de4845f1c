-- Records-management deliveries have no month but a window, and may lose rows later:
-- `rows_erased` counts those of its rows, landed or quarantined, that a deletion took.
alter table ops.delivery_files alter column month drop not null;
alter table ops.delivery_files
    add column rows_erased bigint not null default 0,
    add check (rows_erased <= rows_landed + rows_quarantined);
alter table ops.deliveries
    add column window_from timestamptz,
    add column window_to timestamptz;

-- A name for an id that does not tell it: what a deletion leaves behind.
create function ops.niche_hash(force text, entity text, id text) returns bytea
language sql immutable strict parallel safe as
$$ select sha256(convert_to(force || '|' || entity || '|' || id, 'UTF8')) $$;

-- What a force has deleted, and what went because it hung on that (`is_inherited`). A
-- row of such a record that was last modified at or before `deleted_at` is not there
-- and must not come back; `load_id` is the delivery that brought the newest deletion.
create table ops.niche_tombstones (
    force        text not null,
    entity       text not null,
    id_hash      bytea not null,
    deleted_at   timestamptz not null,
    load_id      integer not null,
    is_inherited boolean not null,
    primary key (force, entity, id_hash)
);
create index niche_tombstones_load on ops.niche_tombstones (load_id);

-- The newest full extract of each force and entity: a record that is not in it, and was
-- last modified before `extracted_at`, is no longer there.
create view ops.niche_full_extracts as
select distinct on (delivery_files.force, delivery_files.kind)
    delivery_files.force,
    delivery_files.kind as entity,
    deliveries.load_id,
    delivery_files.file_id,
    deliveries.extracted_at
from ops.delivery_files
inner join ops.deliveries on delivery_files.load_id = deliveries.load_id
where deliveries.source = 'niche_rms'
    and deliveries.state = 'landed'
    and deliveries.kind = 'full'
order by
    delivery_files.force,
    delivery_files.kind,
    deliveries.extracted_at desc,
    deliveries.load_id desc;

-- How far live pulls have come: each table of a force's replica up to `modified_to`, as
-- of the last pull whose delivery has landed. `seen` holds digests of the rows near the
-- end, which the next pull reads again for what was committed late, and passes over.
create table ops.niche_watermarks (
    force       text not null,
    entity      text not null,
    modified_to timestamptz not null,
    seen        bytea[] not null,
    load_id     integer not null,
    primary key (force, entity)
);
