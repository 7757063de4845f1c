-- Everything that counts for a person, whatever the crime, for profiles and sums of
-- harm. It is a view because it is read for one person at a time.
{{ config(materialized='view') }}

{{ person_crimes(ref('int_countable_involvements_to_date')) }}
