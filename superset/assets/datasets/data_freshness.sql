-- What landed last from each source. If it is late is worked out by each query.
select
    force_name,
    source,
    file_kind,
    files,
    rows_read,
    rows_landed,
    rows_quarantined,
    ids_doubled,
    rows_resolved,
    data_as_at,
    (now() at time zone clock)::date - data_as_at as days_old,
    case when now() - as_at > late_after then 'late' else 'on time' end as lateness,
    as_at at time zone clock as as_at,
    late_after,
    last_landed_at
from marts.data_freshness
