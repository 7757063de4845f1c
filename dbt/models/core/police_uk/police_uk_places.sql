-- What the publisher gives to core (contract `places`): the points it snapped to.
{{ config(materialized='view', post_hook=[]) }}

{{ what_is_given(ref('int_police_uk_places'), 'dim_place') }}
