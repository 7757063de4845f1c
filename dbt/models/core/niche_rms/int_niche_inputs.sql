-- What the facts of this source are made with: for each definition and for the ground
-- one text that changes with its content. A model names those it depends on
-- (`meta.inputs`) and is made anew when one of them changes. Of some definitions every
-- row has its own start, others hold as a table.
{{ config(materialized='table') }}
{%- set definitions = {
    'outcome_codes': 'outcome_code',
    'location_scope': 'location_type',
    'weapon_scope': 'weapon',
    'knife_phrases': 'phrase',
    'role_tiers': 'role',
    'time_defaults': 'local_time',
} %}
{%- set tables = [
    'restricted_domains', 'injury_subgroups', 'knife_possession_classes',
    'evidence_tiers', 'people_figures',
] %}
{%- set ground = {
    'forces': 'force, st_asbinary(geom)',
    'force_settings': 'force, default_area_set',
    'areas': 'area_id, area_set, st_asbinary(geom)',
    'hexagons': 'hexagon_id',
    'institutions': 'institution_id, kind, name, st_asbinary(geom)',
} %}
{%- set settings = [
    'outside_force_m', 'label_institution_m', 'operational_day_from',
    'day_window_from', 'night_window_from', 'known_time_hours',
    'default_window_hours', 'knife_text_confidence',
] %}

with

inputs as (
    {%- for seed, key in definitions.items() %}
    select
        '{{ seed }}' as input,
        {{ fingerprint('held::text') }} as content
    from ({{ holding(seed, key) }}) as held
    union all
    {%- endfor %}
    {%- for seed in tables %}
    select
        '{{ seed }}' as input,
        {{ fingerprint('held::text') }} as content
    from {{ latest_definition(ref(seed)) }} as held
    union all
    {%- endfor %}
    {%- for relation, columns in ground.items() %}
    select
        'ground' as input,
        {{ fingerprint(columns) }} as content
    from {{ source('geo', relation) }}
    union all
    {%- endfor %}
    {%- for setting in settings %}
    select
        'settings' as input,
        hashtext('{{ setting ~ " " ~ var(setting) }}') as content
    union all
    {%- endfor %}
    select
        'offences' as input,
        {{ fingerprint('offences::text') }} as content
    from {{ ref('dim_offence') }} as offences
),

final as (
    select
        input,
        string_agg(content::text, ' ' order by content) as content
    from inputs
    group by input
)

select * from final
