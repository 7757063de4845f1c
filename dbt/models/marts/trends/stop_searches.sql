-- Stop and search as counts only: no row is a person.
with

searches as (
    select * from {{ ref('fct_stop_search') }}
),

labelled as (
    select
        searches.force,
        forces.force_name,
        {{ area_label('areas.area', 'searches.is_located') }} as area,
        searches.month,
        searches.search_hour,
        coalesce(lpad(searches.search_hour::text, 2, '0'), 'not known') as hour_of_day,
        searches.search_type,
        coalesce(searches.object_of_search, 'Not stated') as object_of_search,
        coalesce(searches.legislation, 'Not stated') as legislation,
        searches.outcome_group,
        coalesce(searches.officer_defined_ethnicity, 'Not stated')
            as officer_defined_ethnicity,
        coalesce(searches.age_range, 'Not stated') as age_range,
        coalesce(searches.gender, 'Not stated') as gender,
        searches.is_outcome_linked_to_object
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
        hour_of_day,
        search_type,
        object_of_search,
        legislation,
        outcome_group,
        officer_defined_ethnicity,
        age_range,
        gender,
        count(*)::integer as searches,
        (count(*) filter (where is_outcome_linked_to_object))::integer as finds
    from labelled
    group by
        force,
        force_name,
        area,
        month,
        search_hour,
        hour_of_day,
        search_type,
        object_of_search,
        legislation,
        outcome_group,
        officer_defined_ethnicity,
        age_range,
        gender
)

select * from final
