-- The forces that each source has data of.
{{ config(materialized='view', post_hook=[]) }}

{{ given('forces') }}
