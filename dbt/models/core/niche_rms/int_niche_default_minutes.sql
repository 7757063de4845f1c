-- The minutes of the day at which a force's system starts events whose time is not
-- known, told by the data of all its crimes.
{{ config(indexes=[{'columns': ['minute_of_day', 'force'], 'unique': true}]) }}

select *
from {{ default_minutes(
    "(select force, default_minute as minute_of_day from "
    ~ ref('int_niche_crime_times') ~ ")"
) }} as minutes
