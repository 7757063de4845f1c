-- The history of the people on a list. It is a view, so that an order, a bail or a
-- warning disappears when it expires, whenever the marts were built.
{{ config(materialized='view') }}

select
    history.force,
    history.person_id,
    history.kind,
    history.side,
    history.source_id,
    history.occurrence_number,
    areas.area,
    history.title,
    history.role,
    history.result,
    history.detail,
    history.is_serious_violence,
    history.began_at,
    history.ends_at
from {{ ref('int_person_history') }} as history
left join {{ source('geo', 'areas') }} as areas
    on history.area_id = areas.area_id
where history.began_at <= now()
    and (history.ends_at is null or history.ends_at > now())
