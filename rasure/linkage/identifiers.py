"""National identifiers, postcodes and contacts in one form each, as DuckDB macros.

A PNC id is a year of two or four digits, a serial number and a check letter
(97/0123456A, 1997/123456A); a CRO number is a serial number and a year, or older
letters. Both are written with and without leading noughts and signs.
"""

MACROS = r"""
create macro signs(value) as
    nullif(regexp_replace(upper(value), '[^0-9A-Z]', '', 'g'), '');

create macro pnc(value) as case
    when regexp_full_match(trim(value), '(\d\d)?\d\d\s*/\s*\d{1,7}\s*[A-Za-z]')
    then regexp_replace(
        regexp_replace(upper(value), '\s', '', 'g'),
        '^(?:\d\d)?(\d\d)/0*(\d+[A-Z])$', '\1/\2'
    )
    when length(signs(value)) >= 5 and regexp_matches(value, '[1-9]')
    then signs(value)
end;

create macro cro(value) as case
    when length(signs(value)) >= 5 and regexp_matches(value, '[1-9]')
    then regexp_replace(signs(value), '^0+', '')
end;

create macro postcode(value) as case
    when regexp_full_match(signs(value), '[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}')
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
