-- The contribution of each crime to a person's score:
-- evidence weight x harm days / co-suspects x weapon factor x 2 ^ (-age / half-life).
-- It counts serious violence on evidence that is neither police-generated nor domestic.
with

final as (
    select
        crimes.force,
        crimes.person_id,
        crimes.crime_id,
        crimes.occurrence_id,
        crimes.occurrence_number,
        crimes.title,
        crimes.role,
        crimes.evidence,
        crimes.co_suspects,
        crimes.evidence_weight,
        crimes.harm_days,
        crimes.harm_days_split,
        case when crimes.has_weapon then figures.weapon_factor else 1 end
            as weapon_factor,
        crimes.has_weapon,
        crimes.is_evidential,
        crimes.occurred_on,
        {{ months_after('crimes.occurred_on', 'figures.window_months') }}
            as counts_until,
        trim_scale(round(
            crimes.evidence_weight
            * crimes.harm_days_split
            * case when crimes.has_weapon then figures.weapon_factor else 1 end
            * power(
                2,
                -(figures.as_of_date - crimes.occurred_on)
                / ({{ days_of_months('figures.half_life_months') }})
            )::numeric,
            6
        )) as contribution
    from {{ ref('int_listed_crimes_to_date') }} as crimes
    inner join {{ people_figures() }} as figures on crimes.force = figures.force
    where crimes.side = 'causing harm'
        and crimes.is_serious_violence
        and not crimes.is_police_generated
        and not crimes.is_domestic
)

select * from final
