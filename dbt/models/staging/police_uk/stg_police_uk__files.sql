-- The current files: the newest of each force, month and kind, but for those that
-- cannot be used.
{{ config(materialized='table', post_hook='{{ gather_statistics() }}') }}

with

newest_files as (
    select * from {{ ref('stg_police_uk__newest_files') }}
),

unusable_files as (
    select * from {{ ref('stg_police_uk__unusable_files') }}
)

select newest_files.* from newest_files
left join unusable_files on newest_files.file_id = unusable_files.file_id
where unusable_files.file_id is null
