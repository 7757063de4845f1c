-- What records management gives to core (contract `crimes`): every notifiable crime.
{{ config(materialized='view') }}

{{ what_is_given(ref('int_niche_crimes'), 'all_crimes') }}
