-- The history of the people on a list. It is a view, so that an order, a bail or a
-- warning disappears when it expires, whenever the marts were built. It stands on a
-- table of the marts alone: dbt drops a view with any table beneath it that it
-- builds again. Times are those of the force's clock.
{{ config(materialized='view') }}

select
    history.force,
    history.person_id,
    history.kind,
    history.side,
    history.source_id,
    history.occurrence_number,
    history.area,
    history.title,
    history.role,
    history.result,
    history.detail,
    history.is_serious_violence,
    {{ local_time('history.began_at', 'history.clock') }} as began_at,
    {{ local_time('history.ends_at', 'history.clock') }} as ends_at
from {{ ref('int_person_history') }} as history
where history.began_at <= now()
    and (history.ends_at is null or history.ends_at > now())
