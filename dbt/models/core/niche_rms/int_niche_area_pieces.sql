-- The areas cut into pieces of at most 64 corners: a point is found in a piece twenty
-- times faster than in a whole area.
{{
    config(
        indexes=[{'columns': ['geom'], 'type': 'gist'}],
        materialized='incremental',
        incremental_strategy='append',
    )
}}

with

areas as (
    select * from {{ source('geo', 'areas') }}
),

settings as (
    select * from {{ source('geo', 'force_settings') }}
),

final as (
    select
        areas.force,
        areas.area_id,
        areas.area_set,
        areas.area_set = coalesce(settings.default_area_set, 'district')
            as is_default_set,
        st_subdivide(areas.geom, 64) as geom
    from areas
    left join settings on areas.force = settings.force
    {%- if is_incremental() %}
    where false
    {%- endif %}
)

select * from final
