-- The reasons why a person is on the list of risk: the rows of the source for each
-- rule.
{{ config(indexes=[{'columns': ['person_id']}]) }}

with

final as (
    select
        {{ evidence_columns() }},
        evidence.co_suspects,
        evidence.evidence_weight::double precision as evidence_weight,
        evidence.weapon_factor::double precision as weapon_factor,
        evidence.contribution::double precision as contribution,
        evidence.event_on,
        evidence.counts_until
    {{ evidence_of_entries(ref('int_risk_evidence')) }}
)

select * from final
