-- Court orders and programmes of persons. It is a view, so that an order ends on its
-- day: `is_active` is as of today, the macro `is_active_on` as of any day.
{{ config(materialized='view') }}

select
    orders.order_id,
    coalesce(ids.golden_id, orders.person_id) as golden_id,
    orders.force,
    orders.order_type,
    orders.conditions,
    {{ is_active_on('orders.started_on', 'orders.ended_on', 'current_date') }}
        as is_active,
    orders.started_on,
    orders.ended_on
from {{ ref('stg_niche__orders') }} as orders
left join {{ ref('int_niche_person_ids') }} as ids
    on orders.person_id = ids.person_id
    and orders.force = ids.force
