-- Stop and search as counts only: no row is a person.
with

searches as (
    select * from {{ ref('fct_stop_search') }}
),

labelled as (
    select
        searches.*,
        forces.force_name,
        {{ area_label('areas.area', 'searches.is_located') }} as area
    from searches
    inner join {{ ref('dim_force') }} as forces on searches.force = forces.force
    left join {{ source('geo', 'areas') }} as areas on searches.area_id = areas.area_id
),

final as (
    select
        force,
        force_name,
        area,
        month,
        search_hour,
        search_type,
        coalesce(object_of_search, 'Not stated') as object_of_search,
        coalesce(legislation, 'Not stated') as legislation,
        outcome_group,
        coalesce(officer_defined_ethnicity, 'Not stated') as officer_defined_ethnicity,
        coalesce(age_range, 'Not stated') as age_range,
        coalesce(gender, 'Not stated') as gender,
        count(*)::integer as searches,
        (count(*) filter (where is_outcome_linked_to_object))::integer as finds
    from labelled
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
)

select * from final
