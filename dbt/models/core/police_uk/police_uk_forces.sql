-- What the publisher gives to core (contract `forces`): the forces with a current file.
-- A force of which only searches are published has no month of crime.
{{ config(materialized='view', post_hook=[]) }}

select
    force,
    count(*) filter (where kind = 'street') as months_observed,
    min(month) filter (where kind = 'street') as data_from,
    (max(month) filter (where kind = 'street') + interval '1 month - 1 day')::date
        as data_to
from {{ ref('stg_police_uk__files') }}
group by force
