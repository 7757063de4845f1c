-- The involvements of people in crimes, causing harm or harmed: one row for each
-- person, crime and role. It is a table because all rules on people read it.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        meta={'changed_key': 'involved_occurrence'},
        indexes=[{'columns': ['occurrence_id']}, {'columns': ['person_id']}],
        post_hook="{{ index_where('person_id', listed_scope()) }}",
    )
}}

with

final as (
    select
        crimes.force,
        involvements.golden_id as person_id,
        crimes.crime_key as crime_id,
        crimes.occurrence_id,
        crimes.occurrence_number,
        coalesce(offences.title, crimes.recorded_class) as title,
        involvements.role,
        involvements.side,
        case when endings.sequence is null then 'open'
            else 'no further action'
        end as person_result,
        involvements.evidence_tier,
        crimes.harm_days::numeric as harm_days,
        involvements.role_to is null as is_current,
        crimes.is_serious_violence,
        crimes.is_police_generated,
        crimes.is_domestic_abuse as is_domestic,
        coalesce(
            subgroups.is_injury, false
        ) as is_injury,
        crimes.has_weapon,
        crimes.is_knife_flagged or crimes.is_knife_weapon as is_knife_recorded,
        coalesce(possession.is_knife_possession, false) as is_knife_possession,
        coalesce(
            holders.occurrence_id is not null
            and involvements.golden_id <> all(holders.holders),
            false
        ) as is_knife_held_by_other,
        coalesce(crimes.occurred_from, crimes.reported_at) as occurred_at,
        involvements.eliminated_at,
        involvements.may_be_eliminated
    from {{ ref('fct_involvement') }} as involvements
    inner join {{ ref('int_niche_crimes') }} as crimes
        on involvements.occurrence_id = crimes.occurrence_id
        and involvements.force = crimes.force
    left join {{ ref('int_niche_endings') }} as endings
        on {{ is_ending_of('endings', 'involvements', 'crimes') }}
    left join {{ ref('dim_offence') }} as offences
        on crimes.offence_id = offences.offence_id
    left join {{ latest_definition(ref('injury_subgroups')) }} as subgroups
        on offences.offence_subgroup = subgroups.offence_subgroup
    left join {{ latest_definition(ref('knife_possession_classes')) }} as possession
        on crimes.recorded_class = possession.ho_class
    left join {{ ref('int_knife_holders') }} as holders
        on crimes.occurrence_id = holders.occurrence_id
        and crimes.force = holders.force
    where involvements.side <> 'neither'
        and {{ is_changed('involved_occurrence', relation='involvements') }}
)

select * from final
