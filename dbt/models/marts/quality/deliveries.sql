with

deliveries as (
    select * from {{ source('ops', 'deliveries') }}
),

final as (
    select
        load_id,
        source,
        delivery,
        state,
        {{ local_time('received_at') }} as received_at,
        {{ local_time('landed_at') }} as landed_at,
        rows_read,
        rows_landed,
        rows_quarantined,
        seconds::double precision as seconds,
        coalesce(error, 'Withdrawn: ' || withdrawn_because) as error
    from deliveries
)

select * from final
