-- The crimes that the rules on people look at: serious violence and knives.
{{ config(indexes=[{'columns': ['person_id']}, {'columns': ['crime_id']}]) }}

{{ person_crimes('is_serious_violence or is_knife_recorded or is_knife_possession') }}
