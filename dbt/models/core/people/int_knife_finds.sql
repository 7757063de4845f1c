-- Searches that found a knife on a person.
with

finds as (
    select * from {{ latest_definition(ref('search_find_rules')) }} as held
),

final as (
    select
        searches.force,
        searches.person_id,
        coalesce(searches.occurrence_id, 'search ' || searches.stop_search_id)
            as occurrence_id,
        searches.occurrence_number,
        searches.stop_search_id,
        searches.found,
        searches.searched_at
    from {{ ref('people_searches') }} as searches
    inner join finds
        on searches.found = finds.found
        and finds.is_knife_find
    inner join {{ ref('people_persons') }} as persons
        on searches.force = persons.force
        and searches.person_id = persons.person_id
    inner join {{ people_figures() }} as figures on searches.force = figures.force
    where searches.searched_at <= figures.as_of
        and not persons.is_official
        and not persons.is_restricted
        and coalesce(
            {{ age_on(
                'persons.date_of_birth',
                '(searches.searched_at at time zone figures.clock)::date'
            ) }} >= figures.never_before_age,
            true
        )
)

select * from final
