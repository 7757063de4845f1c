-- A delivery that landed may be withdrawn (`rasure withdraw`): its rows go, the record of
-- it stays.
alter table ops.deliveries drop constraint if exists deliveries_state_check;
alter table ops.deliveries
    add constraint deliveries_state_check
    check (state in ('landed', 'rejected', 'withdrawn')),
    add column withdrawn_at timestamptz,
    add column withdrawn_by text,
    add column withdrawn_because text,
    add check ((state = 'withdrawn') = (withdrawn_at is not null));

-- The deliveries by which raw differs from what the marts were built from: those that
-- landed and no transform has built, and those that were withdrawn and still are in the
-- marts. `is_tried`: a transform has begun with it, and works on it or has failed.
create view ops.unbuilt_deliveries as
select
    deliveries.load_id,
    deliveries.source,
    deliveries.delivery,
    deliveries.state,
    coalesce(deliveries.withdrawn_at, deliveries.landed_at) as changed_at,
    case deliveries.state
        when 'landed' then exists (
            select 1
            from ops.built_from as begun
            where begun.part = 'to build ' || deliveries.source
                and begun.source = deliveries.load_id::text
        )
        else exists (
            select 1
            from ops.transform_runs as runs
            where runs.started_at > deliveries.withdrawn_at
                and 'staging' = any(runs.steps_begun)
        )
    end as is_tried
from ops.deliveries
where deliveries.state in ('landed', 'withdrawn')
    and (deliveries.state = 'withdrawn') = exists (
        select 1
        from ops.built_from as built
        where built.part = deliveries.source
            and built.source = deliveries.load_id::text
    );
