"""National identifiers, postcodes and contacts in one form each, as DuckDB macros.

A PNC id is a year of two or four digits, a serial number of up to seven and a check
letter: 97/0123456R, 1997/123456R. A CRO number is a serial number of up to six digits,
a year and a check letter, 12345/97A, or, on a short file, SF97/12345A. All are written
with and without leading noughts, spaces and signs, in capitals or not.

The check letter is the remainder of the year's two digits and the serial number, taken
as one number, by 23, as a letter of the alphabet without I, O and S; 0 is Z. Sources:
the entry "Police National Computer Id" of the Criminal Justice Hub's data dictionary
(criminaljusticehub.org.uk/jargon-buster) for the PNC id; the Ministry of Justice's
published core person record service (hmpps-person-record) for both. A serial number
counts with its leading noughts up to seven digits (PNC) or six (CRO); the Ministry does
not write them on a short file, so that either form is accepted there.

A number with a wrong letter, or without one, is not valid: it may be any person's.
"""

LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"


def check_letter(digits: str) -> str:
    """The check letter of the digits of a year (two) and a serial number."""
    return LETTERS[int(digits) % len(LETTERS)]


MACROS = rf"""
create macro signs(value) as
    nullif(regexp_replace(upper(value), '[^0-9A-Z]', '', 'g'), '');

create macro check_letter(digits) as
    substr('{LETTERS}', (try_cast(digits as bigint) % {len(LETTERS)})::int + 1, 1);

-- A number that is not of its form is compared as it is; a word is no number.
create macro other_number(value) as case
    when length(signs(value)) >= 5 and regexp_matches(value, '[1-9]')
    then ltrim(signs(value), '0')
end;

create macro tidy(value) as
    regexp_replace(
        regexp_replace(
            translate(upper(value), '-\', '//'), '^\W*(PNC|CRO)\W*(ID|NO)?', ''
        ),
        '[^0-9A-Z/]', '', 'g'
    );

create macro tidy_pnc(value) as case
    when regexp_full_match(value, '(\d\d)?\d\d/\d{{1,7}}[A-Z]')
        and regexp_matches(value, '/\d*[1-9]')
    then value
    when regexp_full_match(value, '\d{{3,9}}[A-Z]')
    then substr(value, 1, 2) || '/' || substr(value, 3)
    when regexp_full_match(value, '\d{{10,11}}[A-Z]')
    then substr(value, 3, 2) || '/' || substr(value, 5)
end;

create macro pnc(value) as coalesce(
    regexp_replace(
        tidy_pnc(tidy(value)), '^(?:\d\d)?(\d\d)/0*(\d+[A-Z])$', '\1/\2'
    ),
    other_number(value)
);

create macro is_pnc(number) as coalesce(
    regexp_full_match(number, '\d\d/\d{{1,7}}[A-Z]')
    and regexp_matches(number, '/\d*[1-9]')
    and right(number, 1) = check_letter(
        left(number, 2) || lpad(substr(number, 4, length(number) - 4), 7, '0')
    ),
    false
);

create macro tidy_cro(value) as case
    when regexp_full_match(value, 'SF(\d\d)?\d\d/\d{{1,6}}[A-Z]') then value
    when regexp_full_match(value, 'SF\d{{3,8}}[A-Z]')
    then substr(value, 1, 4) || '/' || substr(value, 5)
    when regexp_full_match(value, '\d{{1,6}}/(\d\d)?\d\d[A-Z]')
        and regexp_matches(value, '[1-9]\d*/')
    then value
    when regexp_full_match(value, '\d{{8}}[A-Z]')
    then substr(value, 1, 6) || '/' || substr(value, 7)
end;

create macro cro(value) as coalesce(
    regexp_replace(
        regexp_replace(
            tidy_cro(tidy(value)), '^0*(\d+)/(?:\d\d)?(\d\d[A-Z])$', '\1/\2'
        ),
        '^SF(?:\d\d)?(\d\d)/0*(\d+[A-Z])$', 'SF\1/\2'
    ),
    other_number(value)
);

create macro is_cro(number) as coalesce(
    case
        when regexp_full_match(number, '\d{{1,6}}/\d\d[A-Z]')
        then regexp_matches(number, '^\d*[1-9]\d*/') and right(number, 1)
            = check_letter(substr(split_part(number, '/', 2), 1, 2)
                || lpad(split_part(number, '/', 1), 6, '0'))
        when regexp_full_match(number, 'SF\d\d/\d{{1,6}}[A-Z]')
        then regexp_matches(number, '/\d*[1-9]') and right(number, 1) in (
            check_letter(substr(number, 3, 2) || substr(number, 6, length(number) - 6)),
            check_letter(
                substr(number, 3, 2)
                || lpad(substr(number, 6, length(number) - 6), 6, '0')
            )
        )
    end,
    false
);

create macro postcode(value) as case
    when regexp_full_match(signs(value), '[A-Z]{{1,2}}[0-9][0-9A-Z]?[0-9][A-Z]{{2}}')
    then signs(value)
end;

create macro contact(value) as case
    when value like '%_@_%._%' then lower(trim(value))
    when length(regexp_replace(value, '[^0-9]', '', 'g')) between 9 and 15
    then regexp_replace(
        regexp_replace(value, '[^0-9]', '', 'g'), '^(?:00)?(?:44)?0*', ''
    )
end;

create macro parts(value) as string_split(value, chr(31));
"""
