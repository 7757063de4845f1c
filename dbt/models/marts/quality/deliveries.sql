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
        received_at,
        landed_at,
        rows_read,
        rows_landed,
        rows_quarantined,
        seconds::double precision as seconds,
        error
    from deliveries
)

select * from final
