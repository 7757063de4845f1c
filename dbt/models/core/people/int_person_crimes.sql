-- The crimes that the rules on people look at: serious violence and knives.
{{ config(indexes=[{'columns': ['person_id']}, {'columns': ['crime_id']}]) }}

{{ person_crimes(listed_scope()) }}
