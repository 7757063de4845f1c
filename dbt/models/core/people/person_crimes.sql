-- All that counts about a person, whatever the crime: for profiles, sums of harm and
-- the network of co-suspects. A view, since it is asked for one person at a time.
{{ config(materialized='view') }}

{{ person_crimes() }}
