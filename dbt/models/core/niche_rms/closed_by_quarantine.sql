-- How many records count as restricted because a row of them is in quarantine that does
-- not say that they are open, and how many involvements and decisions do not count
-- against a person because a row of them is in quarantine that may eliminate or acquit.
{{ config(materialized='view') }}

with

unread as (
    {%- for entity in ['occurrences', 'persons'] %}
    {%- set key = entity[:-1] ~ '_id' %}
    select
        force,
        '{{ entity }}' as entity,
        coalesce(standing_id, record_id, file_id || ' ' || row_number) as record_id
    from (
        {{ niche_closing_rows(entity, key) }}
    ) as closing
    where case
            when standing_id is null then is_current
            else is_outdated and access_domain = 'restricted'
        end
    union all
    {%- endfor %}
    {%- for entity, key in {
        'involvements': 'involvement_id',
        'outcomes': 'outcome_id',
        'court_results': 'court_result_id',
    }.items() %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        force,
        '{{ entity }}' as entity,
        {{ key }} as record_id
    from {{ ref('stg_niche__' ~ entity) }}
    where is_outdated
    {%- endfor %}
),

final as (
    select
        force,
        entity,
        count(distinct record_id)::integer as records
    from unread
    group by force, entity
)

select * from final
