-- DuckDB. `asked` (l, r): candidates that a reviewer is asked about whatever their
-- probability: they share a number that is not valid, and something of a name or the date
-- of birth; they share a valid number, and something forbids that they are one person; or
-- they have one name and one 1 January, and share an address or a contact with many.
create table asked as
with

numbers as (
    select
        unique_id,
        any_national_id as number,
        if(national_id is null, 12, 1) as rule
    from records
    where any_national_id is not null
    union all
    select
        unique_id,
        any_cro_number as number,
        if(cro_number is null, 13, 2) as rule
    from records
    where any_cro_number is not null
),

of_one_number as (
    select one.unique_id as l, other.unique_id as r
    from numbers as one
    inner join numbers as other
        on one.rule = other.rule
        and one.number = other.number
        and one.unique_id < other.unique_id
    where block(one.rule, one.number, 0, 0) not in (from crowded)
),

new_years as (
    from records where is_new_year(birth_date)
),

pairs_to_ask as (
    select of_one_number.l, of_one_number.r
    from of_one_number
    inner join records as one on of_one_number.l = one.unique_id
    inner join records as other on of_one_number.r = other.unique_id
    where is_no_merge(one, other, $twin_similarity)
        and same_number(one, other)
        or not same_number(one, other)
        and (
            coalesce(share_forename(one, other), false)
            or coalesce(list_has_any(one.surname_forms, other.surname_forms), false)
            or coalesce(one.birth_date = other.birth_date, false)
        )
    union
    select one.unique_id, other.unique_id
    from new_years as one
    inner join new_years as other
        on one.birth_date = other.birth_date
        and one.forename_skeleton = other.forename_skeleton
        and one.surname_skeleton = other.surname_skeleton
        and one.unique_id < other.unique_id
    where share_anything(one, other)
)

select pairs_to_ask.*
from pairs_to_ask
semi join candidates on l = join_key_l and r = join_key_r;
