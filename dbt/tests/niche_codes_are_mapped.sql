-- A code that no mapping or definition knows is shown here and in `unmapped_codes`; it
-- never stops a run.
{{ config(severity='warn') }}

select * from {{ ref('unmapped_codes') }}
