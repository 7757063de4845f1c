-- The records that record linkage compares: one row per person record of the source,
-- legal names first. It holds names; only linkage and `person_full_names` read it.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'person_id'],
        on_schema_change='fail',
        indexes=[{'columns': ['person_id', 'force'], 'unique': true}],
    )
}}

with

persons as (
    select * from {{ ref('stg_niche__persons') }}
    where {{ is_changed('person_id') }}
),

person_names as (
    select
        force,
        person_id,
        array_agg({{ forenames() }} order by {{ legal_name_first() }}) as forenames,
        array_agg(surname order by {{ legal_name_first() }}) as surnames
    from {{ ref('stg_niche__person_names') }}
    where {{ is_changed('person_id') }}
    group by force, person_id
),

shared_kinds as (
    select distinct location_type from {{ ref('shared_premises') }}
    where location_type is not null and valid_from <= current_date
),

shared_words as (
    select '\m(' || string_agg(word, '|') || ')\M' as pattern
    from {{ ref('shared_premises') }}
    where valid_from <= current_date
),

homes as (
    select
        lived.force,
        lived.person_id,
        addresses.postcode,
        shared_kinds.location_type is not null
        or coalesce(addresses.premise_name ~* shared_words.pattern, false) as is_shared
    from {{ ref('stg_niche__person_addresses') }} as lived
    inner join {{ ref('stg_niche__addresses') }} as addresses
        on lived.address_id = addresses.address_id
        and lived.force = addresses.force
        and addresses.postcode is not null
    left join shared_kinds on addresses.premise_type = shared_kinds.location_type
    cross join shared_words
    where {{ is_changed('person_id', relation='lived') }}
),

postcodes as (
    select
        force,
        person_id,
        array_agg(distinct postcode order by postcode)
        filter (where not is_shared) as postcodes,
        array_agg(distinct postcode order by postcode)
        filter (where is_shared) as shared_postcodes
    from homes
    group by force, person_id
),

contacts as (
    select
        force,
        person_id,
        array_agg(distinct contact order by contact) as contacts
    from {{ ref('stg_niche__person_contacts') }}
    where {{ is_changed('person_id') }}
    group by force, person_id
),

final as (
    select
        persons.person_id,
        persons.force,
        persons.person_type,
        persons.national_id,
        persons.cro_number,
        persons.sex,
        coalesce(person_names.forenames, array[]::text[]) as forenames,
        coalesce(person_names.surnames, array[]::text[]) as surnames,
        coalesce(postcodes.postcodes, array[]::text[]) as postcodes,
        coalesce(postcodes.shared_postcodes, array[]::text[]) as shared_postcodes,
        coalesce(contacts.contacts, array[]::text[]) as contacts,
        persons.is_birth_date_estimated,
        persons.date_of_birth
    from persons
    left join person_names
        on persons.person_id = person_names.person_id
        and persons.force = person_names.force
    left join postcodes
        on persons.person_id = postcodes.person_id
        and persons.force = postcodes.force
    left join contacts
        on persons.person_id = contacts.person_id
        and persons.force = contacts.force
)

select * from final
