-- What the publisher gives to core (contract `months`): those with a street file.
{{ config(materialized='view', post_hook=[]) }}

select
    force,
    month
from {{ ref('stg_police_uk__files') }}
where kind = 'street'
