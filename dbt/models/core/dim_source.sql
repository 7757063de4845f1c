-- The inbound sources, as the registry in dbt_project.yml lists them. The rule of when
-- data are late is the source's own in the seed, or else that of any source.
{{ config(indexes=[{'columns': ['source'], 'unique': true}]) }}

with

registry (preference, source, source_title, is_day_dated) as (
    values
    {%- for inbound in var('sources') %}
    (
        {{ loop.index }},
        '{{ inbound.name }}',
        '{{ inbound.title }}',
        {{ inbound.knows == 'instants' }}
    ){{ ',' if not loop.last }}
    {%- endfor %}
),

rules as (
    select * from {{ latest_definition(ref('freshness_rules')) }} as held
),

final as (
    select distinct on (registry.source)
        registry.source,
        registry.source_title,
        rules.definition_version,
        registry.preference,
        rules.late_after_minutes,
        registry.is_day_dated
    from registry
    inner join rules on rules.source in (registry.source, 'any')
    order by registry.source, rules.source = 'any'
)

select * from final
