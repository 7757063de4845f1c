-- People in serious violence by the side that they are mainly on: harm suffered
-- compared with harm caused on evidence (the published rule of Peel, Canada: a ratio of
-- 3.5).
with

figures as (
    select * from {{ people_figures() }} as held
),

sides as (
    select
        force,
        person_id,
        coalesce(sum(harm_days) filter (where side = 'harmed'), 0) as harm_suffered,
        coalesce(sum(harm_days) filter (where side = 'causing harm'), 0) as harm_caused
    from {{ ref('int_listed_crimes_to_date') }}
    where is_serious_violence
        and not is_domestic
        and not is_police_generated
        and (side = 'harmed' or is_evidential)
    group by force, person_id
),

final as (
    select
        sides.force,
        sides.person_id,
        case
            when sides.harm_caused = 0 then 'victim only'
            when sides.harm_suffered = 0 then 'offender only'
            when sides.harm_suffered >= figures.overlap_ratio * sides.harm_caused
                then 'mainly victim'
            when sides.harm_caused >= figures.overlap_ratio * sides.harm_suffered
                then 'mainly offender'
            else 'balanced'
        end as overlap,
        figures.definition_version,
        sides.harm_suffered::double precision as harm_days_suffered,
        sides.harm_caused::double precision as harm_days_caused
    from sides
    inner join figures on sides.force = figures.force
)

select * from final
