-- The people with the highest scores of a force, among those with serious violence on
-- evidence in enough occurrences that still count.
with

figures as (
    select * from {{ people_figures() }} as held
),

able as (
    select
        scores.*,
        figures.top_people,
        row_number() over (
            partition by scores.force order by scores.score desc, scores.person_id
        ) as score_rank
    from {{ ref('int_person_scores') }} as scores
    inner join figures on scores.force = figures.force
    inner join {{ ref('people_persons') }} as persons
        on scores.force = persons.force
        and scores.person_id = persons.person_id
    where scores.recent_occurrences >= figures.minimum_events
        and scores.score > 0
        and {{ can_be_listed('persons') }}
),

final as (
    select
        force,
        person_id,
        score,
        score_rank::integer as score_rank,
        last_crime_on,
        holds_until
    from able
    where score_rank <= top_people
)

select * from final
