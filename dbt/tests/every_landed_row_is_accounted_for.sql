-- Rows landed = crimes + rows resolved; and every row without an id (anti-social
-- behaviour) is an incident of its own.
with

landed as (
    select
        file_id,
        count(*) as rows_landed,
        count(*) filter (where crime_id is null) as rows_without_id
    from {{ ref('stg_police_uk__street') }}
    group by file_id
),

built as (
    select
        file_id,
        sum(rows_published) as rows_accounted_for,
        count(*) filter (where crime_id is null) as incidents_without_id
    from {{ ref('int_police_uk_crimes') }}
    group by file_id
)

select
    coalesce(landed.file_id, built.file_id) as file_id,
    landed.rows_landed,
    built.rows_accounted_for,
    landed.rows_without_id,
    built.incidents_without_id
from landed
full join built on landed.file_id = built.file_id
where landed.rows_landed is distinct from built.rows_accounted_for
    or landed.rows_without_id is distinct from built.incidents_without_id
