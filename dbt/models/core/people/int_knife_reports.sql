-- The number of sources that reported, with a sufficient grade and in the window of the
-- rules, that a person carries a knife.
with

final as (
    select
        reports.force,
        reports.person_id,
        count(distinct reports.source_reference)::integer as intelligence_sources,
        max((reports.reported_at at time zone figures.clock)::date) as last_reported_on
    from {{ ref('people_intelligence') }} as reports
    inner join {{ people_figures() }} as figures on reports.force = figures.force
    inner join {{ latest_definition(ref('intelligence_grades')) }} as grades
        on reports.source_grade = grades.source_grade
        and upper(reports.information_grade) = grades.information_grade
        and grades.is_sufficient
    where reports.reported_at <= figures.as_of
        and {{ months_after(
            '(reports.reported_at at time zone figures.clock)::date',
            'figures.window_months'
        ) }} > figures.as_of_date
    group by reports.force, reports.person_id
)

select * from final
