-- Reports that a person carries a knife.
{{ config(materialized='view') }}

select
    reports.force,
    reports.golden_id as person_id,
    reports.intelligence_id,
    reports.source_reference,
    reports.source_grade,
    reports.information_grade,
    reports.reported_at
from {{ ref('fct_intelligence') }} as reports
where reports.topic = 'knife carrying'
