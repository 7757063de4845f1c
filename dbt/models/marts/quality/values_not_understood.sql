-- Values of records that the warehouse could not take as they are: codes that nobody
-- has classified, and dates that cannot be. The records are there; this says what was
-- assumed.
{{ config(tags=['instants']) }}
-- depends_on: {{ ref('unmapped_codes') }}
-- depends_on: {{ ref('incident_unmapped_codes') }}
-- depends_on: {{ ref('date_faults') }}

with

found as (
    {%- for model in ['unmapped_codes', 'incident_unmapped_codes']
        if is_built(ref(model)) %}
    select
        force,
        'code without a term' as kind,
        entity,
        field,
        code as what,
        assumed,
        records
    from {{ ref(model) }}
    union all
    {%- endfor %}
    {%- if is_built(ref('date_faults')) %}
    select
        force,
        'date that cannot be' as kind,
        entity,
        field,
        reason as what,
        case
            when reason like '%kept' then 'as written'
            else 'empty'
        end as assumed,
        records
    from {{ ref('date_faults') }}
    union all
    {%- endif %}
    select
        null as force,
        null as kind,
        null as entity,
        null as field,
        null as what,
        null as assumed,
        null::integer as records
    where false
),

final as (
    select
        found.force,
        coalesce(forces.force_name, found.force) as force_name,
        found.kind,
        found.entity,
        found.field,
        found.what,
        found.assumed,
        found.records
    from found
    left join {{ ref('dim_force') }} as forces on found.force = forces.force
)

select * from final
