-- A code that no mapping or definition knows is shown here and in `unmapped_codes`; it
-- never stops a run.
{{ config(severity='warn', tags=['niche_rms']) }}

select * from {{ ref('unmapped_codes') }}
