-- Every keyed table of the records-management source has a unique index, and in staging
-- no key without a value: the database refuses what breaks either as a row comes in,
-- which costs nothing for the rows that are there.
{{ config(tags=['niche_rms']) }}
-- depends_on: {{ ref('int_niche_crimes') }}
-- depends_on: {{ ref('fct_involvement') }}
-- depends_on: {{ ref('dim_person') }}
-- depends_on: {{ ref('person_records') }}
-- depends_on: {{ ref('person_full_names') }}
with

relations as (
    select
        relations.oid,
        relations.relname as relation,
        schemas.nspname = 'staging' as is_staging
    from pg_class as relations
    inner join pg_namespace as schemas on relations.relnamespace = schemas.oid
    where relations.relkind = 'r'
        and schemas.nspname in ('staging', 'core')
        and (
            relations.relname ~ '^(stg|int)_niche_'
            or relations.relname in (
                'crime_history', 'dim_offence', 'dim_officer', 'dim_person',
                'fct_involvement', 'person_full_names', 'person_records'
            )
        )
        -- These have no key: pieces and events.
        and relations.relname not in (
            'int_niche_area_pieces', 'int_niche_role_events', 'stg_niche__files'
        )
),

unique_keys as (
    select indrelid
    from pg_index
    where indisunique and indisvalid
),

not_null_columns as (
    select
        attrelid,
        count(*) as columns
    from pg_attribute
    where attnotnull
    group by attrelid
)

select relations.relation
from relations
left join unique_keys on relations.oid = unique_keys.indrelid
left join not_null_columns on relations.oid = not_null_columns.attrelid
where unique_keys.indrelid is null
    or (relations.is_staging and coalesce(not_null_columns.columns, 0) < 2)
