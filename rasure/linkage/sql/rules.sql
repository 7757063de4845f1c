-- DuckDB. The rules that overrule the model; `l` and `r` are two rows of `records`.
create macro same_number(l, r) as
    coalesce(l.national_id = r.national_id, false)
    or coalesce(l.cro_number = r.cro_number, false);

create macro is_near(one, other, similarity) as
    jaro_winkler_similarity(one, other) >= similarity
    or (damerau_levenshtein(one, other) <= 1 and least(length(one), length(other)) >= 5)
    or starts_with(one, other)
    or starts_with(other, one);

create macro share_forename(l, r) as
    list_has_any(l.forename_forms, r.forename_forms)
    or list_has_any(l.forename_skeletons, r.forename_skeletons);

-- Forenames spelt alike that are two names: Hassan and Hussain.
create macro are_two_names(l, r) as
    not list_has_any(l.forename_forms, r.forename_forms)
    and list_has_any(l.forename_rivals, r.forename_forms);

create macro is_swapped(l, r) as
    (
        list_has_any(l.forename_forms, r.surname_forms)
        or jaro_winkler_similarity(l.forename, r.surname) >= 0.9
    )
    and (
        list_has_any(l.surname_forms, r.forename_forms)
        or jaro_winkler_similarity(l.surname, r.forename) >= 0.9
    );

-- A date that a clerk, or a country, gives to whose day of birth is not known.
create macro is_new_year(born) as month(born) = 1 and day(born) = 1;

-- One of two dates is 1 January of the other's year.
create macro is_new_year_of(one, other) as
    year(one) = year(other) and (is_new_year(one) or is_new_year(other));

create macro share_own_contact(l, r) as
    coalesce(list_has_any(l.own_contacts, r.own_contacts), false);

create macro share_own_postcode(l, r) as
    coalesce(list_has_any(l.own_postcodes, r.own_postcodes), false);

-- An address or a contact, crowded or not.
create macro share_anything(l, r) as coalesce(list_has_any(
    list_concat(l.postcodes, l.shared_postcodes, l.contacts),
    list_concat(r.postcodes, r.shared_postcodes, r.contacts)
), false);

-- Born on one day, of one surname, and the forenames are those of two people. Two that
-- begin alike may be a name and a pet name of it: a reviewer is asked.
create macro are_twins(l, r, similarity) as
    not same_number(l, r)
    and l.birth_date = r.birth_date
    and not l.is_estimated
    and not r.is_estimated
    and list_has_any(l.surname_forms, r.surname_forms)
    and not is_swapped(l, r)
    and not list_has_any(l.forename_forms, r.forename_forms)
    and (
        coalesce(l.sex <> r.sex, false) -- Daniel and Danielle
        or are_two_names(l, r)
        or not (
            share_forename(l, r)
            or is_near(l.forename, r.forename, similarity)
            or left(l.forename, 2) = left(r.forename, 2)
        )
    );

-- A sex and a date of birth that are recorded, and not estimated, count as verified.
create macro is_conflict(l, r) as
    coalesce(l.sex <> r.sex, false)
    and coalesce(l.birth_date <> r.birth_date, false)
    and not l.is_estimated
    and not r.is_estimated;

create macro is_no_merge(l, r, similarity) as
    coalesce(l.national_id <> r.national_id, false)
    or coalesce(l.cro_number <> r.cro_number, false)
    or is_conflict(l, r)
    or coalesce(are_twins(l, r, similarity), false);

-- However much a household shares, no two records are merged without being asked that
-- agree in nothing of the forename or of the date of birth, or in nothing of the surname
-- and only nearly in the forename. Nor are a father and a son of one name, who may have
-- one birthday, and twins whose forenames are alike and no slip of each other.
create macro agree_in_nothing(l, r) as
    not same_number(l, r)
    and (
        coalesce(are_two_names(l, r), false)
        or coalesce(abs(year(l.birth_date) - year(r.birth_date)) >= 15, false)
        or coalesce(
            l.birth_date = r.birth_date
            and not share_forename(l, r)
            and not is_swapped(l, r)
            and damerau_levenshtein(l.forename, r.forename) > 1
            and not starts_with(l.forename, r.forename)
            and not starts_with(r.forename, l.forename),
            false
        )
        or coalesce(
            not list_has_any(l.forename_forms, r.forename_forms)
            and not list_has_any(l.surname_forms, r.surname_forms)
            and l.surname_skeleton <> r.surname_skeleton
            and not is_near(l.surname, r.surname, 0.8)
            and not is_swapped(l, r),
            false
        )
        or coalesce(
            not share_forename(l, r)
            and not is_swapped(l, r)
            and not is_near(l.forename, r.forename, 0.8),
            false
        )
        or coalesce(
            not (
                (l.is_estimated or r.is_estimated)
                and abs(year(l.birth_date) - year(r.birth_date)) <= 2
            )
            and (year(l.birth_date) = year(r.birth_date))::int
            + (month(l.birth_date) = month(r.birth_date))::int
            + (day(l.birth_date) = day(r.birth_date))::int < 2
            and not (
                year(l.birth_date) = year(r.birth_date)
                and day(l.birth_date) = month(r.birth_date)
                and month(l.birth_date) = day(r.birth_date)
            )
            and damerau_levenshtein(
                strftime(l.birth_date, '%Y%m%d'), strftime(r.birth_date, '%Y%m%d')
            ) > 1
            and not is_new_year_of(l.birth_date, r.birth_date),
            false
        )
    );

-- A name and a day of birth that is a default are not enough. Of two with one 1 January
-- not even an address is: it may be a hostel that nobody has marked. The first of another
-- month is in doubt where they share what many share.
create macro rests_on_default(l, r) as
    not same_number(l, r)
    and not share_own_contact(l, r)
    and coalesce(
        (l.birth_date = r.birth_date and is_new_year(l.birth_date))
        or (
            not share_own_postcode(l, r)
            and (
                l.is_estimated
                or r.is_estimated
                or is_new_year(l.birth_date)
                or is_new_year(r.birth_date)
                or (
                    l.birth_date = r.birth_date
                    and day(l.birth_date) = 1
                    and share_anything(l, r)
                )
            )
        ),
        false
    );

-- Two numbers differ, and one of them is not valid. A slip in a valid number is no doubt.
create macro is_doubtful(number_l, valid_l, number_r, valid_r) as
    coalesce(number_l <> number_r, false)
    and (valid_l is null or valid_r is null)
    and not (
        (valid_l is null) <> (valid_r is null)
        and damerau_levenshtein(number_l, number_r) <= 1
    );

create macro has_doubtful_number(l, r) as
    is_doubtful(l.any_national_id, l.national_id, r.any_national_id, r.national_id)
    or is_doubtful(l.any_cro_number, l.cro_number, r.any_cro_number, r.cro_number);
