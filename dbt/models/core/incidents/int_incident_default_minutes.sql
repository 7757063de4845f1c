-- The minutes of the day that a force enters when nobody gives a time, found by the
-- excess of crimes that start at them.
{{ config(indexes=[{'columns': ['minute_of_day', 'force'], 'unique': true}]) }}

select *
from {{ default_minutes(
    "(select force, default_minute as minute_of_day from "
    ~ ref('int_incident_times') ~ ")"
) }} as minutes
