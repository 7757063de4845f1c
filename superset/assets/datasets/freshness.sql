-- The age of the data of each force and source, in words, if they are late, if a later
-- state could not be built, if newer data have landed that no transform has built, and if
-- they are read from a replica that is behind. It
-- is computed by each query, because the marts do not change while no data arrive or a
-- transform fails. The stamp is HTML, so every text of the data in it is escaped.
with

ages as (
    select
        *,
        now() - data_as_at > late_after as is_late,
        failed_at is null and waiting_since < now() - interval '2 minutes'
            as is_waiting,
        coalesce(replica_as_at < now() - interval '2 minutes', false) as is_behind,
        extract(epoch from now() - data_as_at)::bigint as age_seconds,
        case
            -- A source that knows only months: the last day of the month, and no hour.
            when not is_day_dated
                then to_char(
                    (data_as_at - interval '1 second') at time zone clock,
                    'DD Mon YYYY'
                )
            else to_char(data_as_at at time zone clock, 'DD Mon YYYY, HH24:MI')
        end as as_at,
        replace(replace(replace(replace(replace(
            force_name || ' (' || source || ')',
            '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;'
        ) as whose
    from marts.force_freshness
    cross join marts.transform_state
)

select
    force_name,
    source,
    '<span class="rasure-stamp'
    || case
        when is_late or is_waiting or is_behind or failed_at is not null
            then ' rasure-late'
        else ''
    end
    || '">Data as at <b>' || as_at || '</b> · '
    || case
        when age_seconds between 60 and 119 then '1 minute old'
        when age_seconds < 7200 then age_seconds / 60 || ' minutes old'
        when age_seconds < 172800 then age_seconds / 3600 || ' hours old'
        else age_seconds / 86400 || ' days old'
    end
    || case when is_late then ' · <b>LATE</b>' else '' end
    || coalesce(
        ' · <b>A later state could not be built ('
        || to_char(failed_at at time zone clock, 'DD Mon, HH24:MI') || ')</b>',
        ''
    )
    || case
        when is_waiting
            then ' · <b>Newer data landed '
            || to_char(waiting_since at time zone clock, 'DD Mon, HH24:MI')
            || ' and are not shown yet</b>'
        else ''
    end
    || case
        when is_behind and isfinite(replica_as_at)
            then ' · <b>Read from a copy of the warehouse that was last brought up to '
                || 'date '
                || to_char(replica_as_at at time zone clock, 'DD Mon, HH24:MI') || '</b>'
        when is_behind
            then ' · <b>Read from a copy of the warehouse that was never brought up to '
                || 'date</b>'
        else ''
    end
    || ' · ' || whose || '</span>' as stamp,
    case when is_late then 'late' else 'on time' end as state,
    as_at,
    failed_at at time zone clock as failed_at,
    case
        when late_after_minutes > 60 and mod(late_after_minutes, 60) = 0
            then late_after_minutes / 60 || ' hours'
        else late_after_minutes || ' minutes'
    end as late_when,
    last_landed_at
from ages
