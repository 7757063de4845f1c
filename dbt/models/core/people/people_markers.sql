-- Markers that a person is at risk of exploitation.
{{ config(materialized='view') }}

select
    warnings.force,
    warnings.golden_id as person_id,
    warnings.warning_id as marker_id,
    warnings.started_on,
    warnings.ended_on
from {{ ref('fct_warning') }} as warnings
where warnings.warning = 'exploitation'
