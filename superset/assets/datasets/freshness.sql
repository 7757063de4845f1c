-- The age of the data of each force and source, in words, and if they are late. It is
-- computed by each query, because the marts do not change while no data arrive.
with

ages as (
    select
        *,
        now() - data_as_at > late_after as is_late,
        extract(epoch from now() - data_as_at)::bigint as age_seconds,
        case
            -- A source that knows only months: show the last day, without an hour.
            when not is_day_dated
                then to_char(
                    (data_as_at - interval '1 second') at time zone 'Europe/London',
                    'DD Mon YYYY'
                )
            else
                to_char(data_as_at at time zone 'Europe/London', 'DD Mon YYYY, HH24:MI')
        end as as_at
    from marts.force_freshness
)

select
    force_name,
    source,
    '<span class="rasure-stamp' || case when is_late then ' rasure-late' else '' end
    || '">Data as at <b>' || as_at || '</b> · '
    || case
        when age_seconds between 60 and 119 then '1 minute old'
        when age_seconds < 7200 then age_seconds / 60 || ' minutes old'
        when age_seconds < 172800 then age_seconds / 3600 || ' hours old'
        else age_seconds / 86400 || ' days old'
    end
    || case when is_late then ' · <b>LATE</b>' else '' end || ' · '
    || replace(force_name, '&', '&amp;') || ' (' || source || ')</span>' as stamp,
    case when is_late then 'late' else 'on time' end as state,
    as_at,
    case
        when late_after_minutes > 60 and mod(late_after_minutes, 60) = 0
            then late_after_minutes / 60 || ' hours'
        else late_after_minutes || ' minutes'
    end as late_when,
    last_landed_at
from ages
