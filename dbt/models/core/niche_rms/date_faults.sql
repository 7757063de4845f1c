-- The number of dates that cannot be, by column and reason. Staging has emptied them
-- (`dbt/macros/niche_dates.sql`), and the records stay. An hour that the clocks of the
-- force skip or repeat is counted here too, and is kept.
{{ config(materialized='view') }}
{%- set dated = [
    'bails', 'classifications', 'court_results', 'flags', 'intelligence', 'involvements',
    'occurrences', 'orders', 'outcomes', 'person_addresses', 'person_merges', 'persons',
    'stop_searches', 'warnings',
] %}

with

faults as (
    {%- for entity in dated %}
    select
        force,
        '{{ entity }}' as entity,
        string_to_table(date_faults, '; ') as fault
    from {{ ref('stg_niche__' ~ entity) }}
    where date_faults is not null
    union all
    {%- endfor %}
    select
        force,
        'occurrences' as entity,
        'occurred_from: after its report' as fault
    from {{ ref('int_niche_crime_times') }}
    where is_after_report
    union all
    select
        force,
        'occurrences' as entity,
        'occurred_to: before its start, kept' as fault
    from {{ ref('int_niche_crime_times') }}
    where is_window_reversed
    union all
    select
        force,
        'occurrences' as entity,
        'reported_at: no date at all' as fault
    from {{ ref('int_niche_crime_times') }}
    where operational_date is null
),

final as (
    select
        force,
        entity,
        split_part(fault, ': ', 1) as field,
        split_part(fault, ': ', 2) as reason,
        count(*)::integer as records
    from faults
    group by force, entity, fault
)

select * from final
