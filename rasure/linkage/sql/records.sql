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
    surname.word as surname,
    surname.skeleton as surname_skeleton,
    surname.forms as surname_forms,
    surname.words as surname_words,
    surname.skeletons as surname_skeletons,
    case when date_of_birth > date '1900-01-01' then date_of_birth end as birth_date,
    coalesce(is_birth_date_estimated, false) as is_estimated,
    case lower(left(trim(sex), 1)) when 'f' then 'f' when 'm' then 'm' end as sex,
    pnc(national_id) as national_id,
    cro(cro_number) as cro_number,
    list_sort(list_distinct(list_filter(
        [postcode(one) for one in parts(postcodes)], lambda one: one is not null
    ))) as postcodes,
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
    -- A postcode without its last three characters and the space before them.
    list_distinct([one[:-4] for one in postcodes]) as districts
from gathered;

drop table gathered;
