-- One row per notifiable crime that counts: an occurrence holds one for each of its
-- classifications. Every crime of the force; which are serious violence, in public, not
-- found by the police, are columns, so that any definition is a filter.
{{
    config(
        indexes=[
            {'columns': ['crime_key'], 'unique': true},
            {'columns': ['occurrence_id']},
            {'columns': ['hexagon_id']},
        ],
        post_hook="""
            {{ index_where('hexagon_id', 'is_serious_violence') }}
            {{ index_where('institution_id', 'institution_id is not null') }}
        """,
        meta={
            'subject': 'occurrence',
            'inputs': [
                'ground', 'settings', 'offences', 'outcome_codes', 'location_scope',
                'weapon_scope', 'knife_phrases', 'time_defaults',
            ],
        },
    )
}}

with

offences as (
    select * from {{ ref('int_niche_offences') }}
    where {{ niche_only_changed() }}
),

occurrences as (
    select * from {{ ref('stg_niche__occurrences') }}
    where {{ niche_only_changed() }}
),

final as (
    select
        {{ crime_columns() }}
    from offences
    inner join occurrences
        on offences.occurrence_id = occurrences.occurrence_id
        and offences.force = occurrences.force
    inner join {{ ref('int_niche_crime_times') }} as times
        on offences.occurrence_id = times.occurrence_id
        and offences.force = times.force
    inner join {{ ref('int_niche_locations') }} as locations
        on offences.occurrence_id = locations.occurrence_id
        and offences.force = locations.force
    left join {{ ref('int_niche_weapon_signs') }} as signs
        on offences.occurrence_id = signs.occurrence_id
        and offences.force = signs.force
)

select * from final
