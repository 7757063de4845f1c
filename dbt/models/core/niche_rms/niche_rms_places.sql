-- What records management gives to core (contract `places`): every recorded position.
{{ config(materialized='view') }}

{{ what_is_given(ref('int_niche_places'), 'dim_place') }}
