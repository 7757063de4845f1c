-- Where crime happened, of whatever source: points that a publisher snapped to, and
-- positions that a force recorded.
{{ config(materialized='view', post_hook=[]) }}

{{ given('places') }}
