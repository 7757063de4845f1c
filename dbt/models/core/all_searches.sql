-- Stops and searches, of whatever source.
{{ config(materialized='view', post_hook=[]) }}

{{ given('searches') }}
