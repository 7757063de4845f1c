-- Every delivery that was offered. A view: a delivery that was refused starts no
-- transform, and is shown at once.
{{ config(materialized='view') }}

with

deliveries as (
    select * from {{ source('ops', 'deliveries') }}
),

landed as (
    select
        source,
        delivery,
        max(received_at) as received_at
    from deliveries
    where state = 'landed'
    group by source, delivery
),

final as (
    select
        deliveries.load_id,
        deliveries.source,
        deliveries.delivery,
        deliveries.state,
        {{ local_time('deliveries.received_at') }} as received_at,
        {{ local_time('deliveries.landed_at') }} as landed_at,
        extract(
            epoch from now() - deliveries.received_at
        )::double precision / 3600 as hours_old,
        coalesce(
            deliveries.received_at < landed.received_at, false
        ) as has_landed_since,
        deliveries.rows_read,
        deliveries.rows_landed,
        deliveries.rows_quarantined,
        deliveries.seconds::double precision as seconds,
        coalesce(
            deliveries.error, 'Withdrawn: ' || deliveries.withdrawn_because
        ) as error
    from deliveries
    left join landed
        on deliveries.source = landed.source
        and deliveries.delivery = landed.delivery
)

select * from final
