-- How many crimes of tables of crimes have an hour that the clocks skip or repeat, or
-- are restricted because of a row in quarantine, and what is assumed of them.
{{ config(materialized='view') }}

with

crimes as (
    select * from {{ ref('stg_incidents__crimes') }}
),

faults as (
    select
        force,
        string_to_table(clock_faults, '; ') as fault
    from crimes
    where clock_faults is not null
),

final as (
    select
        force,
        '{{ clock_kind() }}' as kind,
        'incidents' as entity,
        split_part(fault, ': ', 1) as field,
        split_part(fault, ': ', 2) as what,
        {{ read_by_the_clocks("split_part(fault, ': ', 2)") }} as assumed,
        count(*)::integer as records
    from faults
    group by force, fault
    union all
    select
        force,
        'row in quarantine' as kind,
        'incidents' as entity,
        'is_restricted' as field,
        'a row that does not say that its record is open' as what,
        'restricted: its number is hidden' as assumed,
        count(*)::integer as records
    from crimes
    where is_closed_by_quarantine
    group by force
)

select * from final
