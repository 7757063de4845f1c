-- DuckDB. One comparable record a source person; `name_parts` has what reading.py made
-- of each field of names. Records are numbered by age.
create table numbered as
select
    row_number() over (order by length(person_id), person_id, force) - 1 as unique_id,
    *
from source_records;

drop table source_records;

create table gathered as
select
    numbered.unique_id,
    numbered.force,
    numbered.person_id,
    numbered.fingerprint,
    numbered.known_fingerprint,
    numbered.golden_before,
    forename.word as forename,
    forename.skeleton as forename_skeleton,
    forename.forms as forename_forms,
    forename.skeletons as forename_skeletons,
    forename.rivals as forename_rivals,
    surname.word as surname,
    surname.skeleton as surname_skeleton,
    surname.forms as surname_forms,
    surname.words as surname_words,
    surname.skeletons as surname_skeletons,
    -- Of a partial date, the first day that it can be.
    case
        when date_of_birth <= date '1900-01-01' then null
        when date_of_birth_precision = 'year' then date_trunc('year', date_of_birth)
        when date_of_birth_precision = 'month' then date_trunc('month', date_of_birth)
        else date_of_birth
    end::date as birth_date,
    coalesce(is_birth_date_estimated, false)
    or coalesce(date_of_birth_precision, 'day') <> 'day' as is_estimated,
    case lower(left(trim(sex), 1)) when 'f' then 'f' when 'm' then 'm' end as sex,
    pnc(national_id) as any_national_id,
    cro(cro_number) as any_cro_number,
    list_sort(list_distinct(list_filter(
        [postcode(one) for one in parts(postcodes)], lambda one: one is not null
    ))) as postcodes,
    list_sort(list_distinct(list_filter(
        [postcode(one) for one in parts(shared_postcodes)],
        lambda one: one is not null
    ))) as shared_postcodes,
    list_sort(list_distinct(list_filter(
        [contact(one) for one in parts(contacts)], lambda one: one is not null
    ))) as contacts
from numbered
left join name_parts as forename
    on numbered.forenames = forename.raw and forename.is_forename
left join name_parts as surname
    on numbered.surnames = surname.raw and not surname.is_forename;

drop table numbered;

create table records as
select
    *,
    -- Only a valid number is evidence.
    case when is_pnc(any_national_id) then any_national_id end as national_id,
    case when is_cro(any_cro_number) then any_cro_number end as cro_number,
    -- A postcode without its last three characters and the space before them.
    list_distinct([one[:-4] for one in postcodes]) as districts
from gathered;

drop table gathered;
