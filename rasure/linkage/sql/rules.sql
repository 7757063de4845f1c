-- DuckDB. The rules that overrule the model; `l` and `r` are two rows of `records`.
create macro same_number(l, r) as
    coalesce(l.national_id = r.national_id, false)
    or coalesce(l.cro_number = r.cro_number, false);

create macro is_near(one, other, similarity) as
    jaro_winkler_similarity(one, other) >= similarity
    or starts_with(one, other)
    or starts_with(other, one);

create macro share_forename(l, r) as
    list_has_any(l.forename_forms, r.forename_forms)
    or list_has_any(l.forename_skeletons, r.forename_skeletons);

create macro is_swapped(l, r) as
    list_has_any(l.forename_forms, r.surname_forms)
    and list_has_any(l.surname_forms, r.forename_forms);

-- Born on one day, of one surname, and the forenames are those of two people.
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
        or not (
            share_forename(l, r) or is_near(l.forename, r.forename, similarity)
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
    or is_conflict(l, r)
    or coalesce(are_twins(l, r, similarity), false);

-- However much a household shares, no two records are merged without being asked that
-- agree in nothing of the forename, or in nothing of the date of birth.
create macro agree_in_nothing(l, r) as
    not same_number(l, r)
    and (
        coalesce(
            not share_forename(l, r)
            and not is_swapped(l, r)
            and not is_near(l.forename, r.forename, 0.8),
            false
        )
        or coalesce(
            not l.is_estimated
            and not r.is_estimated
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
            ) > 1,
            false
        )
    );
