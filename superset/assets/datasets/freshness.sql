-- How new the data of each force and source are, in words, and whether they are late:
-- worked out at the moment somebody asks, for a mart stands still while nothing arrives.
with

asked as (
    select
        *,
        now() - data_as_at > late_after as is_late,
        extract(epoch from now() - data_as_at)::bigint as age_seconds,
        case
            -- A source that knows only months: the last day in it, and no hour.
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
from asked
