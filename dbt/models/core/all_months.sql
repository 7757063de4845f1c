-- The months that each source observes, where they may have gaps.
{{ config(materialized='view', post_hook=[]) }}

{{ given('months') }}
