-- Prisons, hospitals and police stations with crime: they need a plan of their own, and
-- never make a patrol hot place.
with

institutions as (
    select * from {{ ref('int_institution_crimes') }}
),

cells as (
    select
        institution_id,
        unnest(hexagon_ids) as hexagon_id
    from institutions
),

cell_totals as (
    select
        cells.institution_id,
        nullif(sum((
            select count(*)
            from {{ ref('fct_crime') }} as crimes
            where crimes.hexagon_id = cells.hexagon_id
                and crimes.is_located
        )), 0) as crimes
    from cells
    group by cells.institution_id
),

newest_plans as (
    select distinct on (force, institution_id) *
    from {{ source('places', 'institution_plans') }}
    order by force, institution_id, plan_id desc
),

final as (
    select
        institutions.force,
        forces.force_name,
        institutions.institution_id,
        institutions.institution_name || case
            when institutions.is_listed then ''
            when names.is_street then ' near ' || names.place_name
            else coalesce(' in ' || areas.area, '')
        end as institution,
        institutions.institution_kind as kind,
        {{ area_label('areas.area', 'true') }} as area,
        case when institutions.is_listed then 'listed' else 'label' end as source,
        institutions.main_crime_type,
        plans.plan,
        plans.plan_owner,
        institutions.crimes::integer as crimes,
        institutions.serious_violence_crimes::integer as serious_violence_crimes,
        institutions.crimes_recent::integer as crimes_recent,
        institutions.crimes_previous::integer as crimes_previous,
        institutions.harm_days::double precision as harm_days,
        institutions.crimes / cell_totals.crimes::double precision as share_of_cell,
        plans.plan_id is not null as has_plan,
        forces.data_to,
        plans.review_date,
        institutions.geom
    from institutions
    inner join {{ ref('dim_force') }} as forces on institutions.force = forces.force
    left join cell_totals on institutions.institution_id = cell_totals.institution_id
    left join newest_plans as plans
        on institutions.institution_id = plans.institution_id
        and institutions.force = plans.force
        and not plans.is_closed
    left join {{ source('geo', 'areas') }} as areas
        on institutions.area_id = areas.area_id
    left join {{ ref('place_names') }} as names
        on institutions.hexagon_id = names.hexagon_id
)

select * from final
