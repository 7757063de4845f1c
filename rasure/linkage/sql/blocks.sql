-- DuckDB. Which records may be one person: those that share a block. Each rule finds
-- what another misses: a wrong day of birth, a new surname, swapped names, a move. The
-- last two rules make no candidates: they count the records of a postcode, a contact.
-- 12 and 13 are the numbers that are not valid.
-- The first four bits of a key are its rule.
create macro block(rule, one, two, three) as
    rule * 1152921504606846976::ubigint + (hash(one, two, three) >> 4);

create macro rule_of(key) as (key >> 60)::int;

create macro makes_candidates(key) as rule_of(key) < 14;

create macro in_order(one, two) as least(one, two) || '|' || greatest(one, two);

create table keys as
with

forenames as (
    select
        unique_id,
        birth_date,
        surname_skeletons,
        unnest(forename_skeletons) as forename
    from records
    where birth_date is not null
),

full_names as (
    select unique_id, birth_date, forename, unnest(surname_skeletons) as surname
    from forenames
),

addresses as (
    select
        unique_id,
        forename_skeleton,
        surname_skeleton,
        unnest(list_concat(postcodes, shared_postcodes)) as postcode
    from records
)

select distinct unique_id, key
from (
    select unique_id, block(1, national_id, 0, 0) as key
    from records
    where national_id is not null
    union all
    select unique_id, block(2, cro_number, 0, 0) as key
    from records
    where cro_number is not null
    union all
    select unique_id, block(12, any_national_id, 0, 0) as key
    from records
    where national_id is null and any_national_id is not null
    union all
    select unique_id, block(13, any_cro_number, 0, 0) as key
    from records
    where cro_number is null and any_cro_number is not null
    union all
    select unique_id, block(3, birth_date, left(name, 1), 0) as key
    from (select unique_id, birth_date, unnest(surname_words) as name from records)
    where birth_date is not null
    union all
    select unique_id, block(4, birth_date, forename, 0) as key
    from forenames
    union all
    select unique_id, block(5, in_order(forename, surname), year(birth_date), 0)
    from full_names
    union all
    select
        unique_id,
        block(6, in_order(forename, surname), day(birth_date), month(birth_date))
    from full_names
    union all
    select unique_id, block(7, postcode, forename_skeleton, 0) as key
    from addresses
    where forename_skeleton is not null
    union all
    select unique_id, block(8, postcode, surname_skeleton, 0) as key
    from addresses
    where surname_skeleton is not null
    union all
    select unique_id, block(9, contact, 0, 0) as key
    from (select unique_id, unnest(contacts) as contact from records)
    union all
    select unique_id, block(10, birth_date, left(forename, 1), 0) as key
    from forenames
    union all
    select unique_id, block(14, postcode, 0, 0) as key
    from (select unique_id, unnest(postcodes) as postcode from records)
    union all
    select unique_id, block(15, contact, 0, 0) as key
    from (select unique_id, unnest(contacts) as contact from records)
);
