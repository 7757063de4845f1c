-- The landed files that count, of each source that replaces files.
{{ config(materialized='view', post_hook=[]) }}

{{ given('files') }}
