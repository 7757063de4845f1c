-- All that counts about a person, whatever the crime: for profiles and sums of harm. A
-- view, since it is asked for one person at a time.
{{ config(materialized='view') }}

{{ person_crimes(ref('int_counted_involvements')) }}
