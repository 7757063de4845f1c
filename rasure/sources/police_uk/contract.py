"""The contract of data.police.uk's monthly files.

Column names and meaning are the publisher's (data.police.uk/about, "CSV columns");
files of different years and forces have them in different order and form, and lack
some. A row's month is the month of its file. The crime id is blank on anti-social
behaviour; on every row of the first months it is blank, or there is no such column. A
position, a neighbourhood, the type and the time of a search may be missing: the row
counts all the same.
"""

from __future__ import annotations

import re
from datetime import date

from rasure.sources.contract import Column, FileKind, FileName, RowRule, Source
from rasure.sources.police_uk import retention

NAME = re.compile(
    r"(?i)(?:^|/)(?P<year>[12][0-9]{3})-(?P<month>0[1-9]|1[0-2])-(?P<force>[a-z]+(?:-[a-z]+)*?)"
    r"-(?P<kind>street|outcomes|stop-and-search)\.csv$"
)

# Forces that publish in the same layout and have no ground in the boundaries used here.
PASSED_OVER = {
    "btp": "British Transport Police",
    "northern-ireland": "Police Service of Northern Ireland",
}

# England, Wales and Northern Ireland with their islands, in WGS 84 degrees.
LONGITUDES = (-9.0, 2.1)
LATITUDES = (49.8, 56.0)

MONTH = Column("Month", "month")
PLACE = (
    Column("Longitude", "longitude"),
    Column("Latitude", "latitude"),
    Column("Location", "location"),
    Column("LSOA code", "lsoa_code"),
    Column("LSOA name", "lsoa_name", may_be_absent=True),
)
REPORTER = (
    Column("Reported by", "reported_by", may_be_absent=True),
    Column("Falls within", "falls_within", may_be_absent=True),
)


def _degrees(longitude: str, latitude: str) -> dict[str, str]:
    """The position as numbers, from SQL for what is written of it."""
    # DuckDB would cast 5_1.75 to a number and 1e-400 to zero; PostgreSQL rejects both
    return {
        name: f"try_cast(translate({written}, '_eE', '???') as double)"
        for name, written in (("degrees_east", longitude), ("degrees_north", latitude))
    }


POSITION = _degrees("longitude", "latitude")
AT_ZERO = "degrees_east = 0 and degrees_north = 0"
SWAPPED = (
    f"degrees_east between {LATITUDES[0]} and {LATITUDES[1]} "
    f"and degrees_north between {LONGITUDES[0]} and {LONGITUDES[1]}"
)
ELSEWHERE = (
    f"not (degrees_east between {LONGITUDES[0]} and {LONGITUDES[1]} "
    f"and degrees_north between {LATITUDES[0]} and {LATITUDES[1]}) "
    f"and not ({AT_ZERO}) and not ({SWAPPED})"
)


def _place_rules(longitude: str, latitude: str) -> tuple[RowRule, ...]:
    """The rules for a position, from SQL for what is written of it."""
    rules = {
        "both or neither, found one": f"({longitude} is null) <> ({latitude} is null)",
        "decimal degrees, found something else": (
            f"{longitude} is not null and {latitude} is not null "
            "and (degrees_east is null or degrees_north is null)"
        ),
        "a position, found 0, 0": AT_ZERO,
        "this order, found them swapped": SWAPPED,
        "England, Wales or Northern Ireland, found elsewhere": ELSEWHERE,
    }
    return tuple(
        RowRule(
            f"Longitude, Latitude: expected {words}",
            violated,
            empties=("longitude", "latitude"),
        )
        for words, violated in rules.items()
    )


PLACE_RULES = _place_rules("longitude", "latitude")
LSOA_RULES = (
    RowRule(
        "LSOA code: expected E01, W01 or a Northern Ireland code, found another form",
        "not regexp_full_match(lsoa_code, '[EW]01[0-9]{6}|95[A-Z0-9]{6,8}|N[0-9]{8}')",
        empties=("lsoa_code",),
    ),
)
MONTH_RULES = (
    RowRule(
        "Month: expected the month of the file's name, found another",
        "month is null or month <> strftime(file_month, '%Y-%m')",
    ),
)
CRIME_ID = "not regexp_full_match(crime_id, '[0-9a-f]{64}')"

STREET = FileKind(
    name="street",
    table="police_uk_street",
    columns=(
        Column("Crime ID", "crime_id", may_be_absent=True),
        MONTH,
        *REPORTER,
        *PLACE,
        Column("Crime type", "crime_type"),
        Column("Last outcome category", "last_outcome_category", may_be_absent=True),
        Column("Context", "context", may_be_absent=True),
    ),
    rules=(
        *MONTH_RULES,
        RowRule("Crime type: expected one, found none", "crime_type is null"),
        RowRule(
            "Crime ID: expected 64 hexadecimal digits, found another form", CRIME_ID
        ),
        *PLACE_RULES,
        *LSOA_RULES,
    ),
    derived=POSITION,
    measures={"located_share": "count(longitude) / greatest(count(*), 1)"},
    in_any_order=True,
)

OUTCOMES = FileKind(
    name="outcomes",
    table="police_uk_outcomes",
    columns=(
        Column("Crime ID", "crime_id"),
        MONTH,
        *REPORTER,
        *PLACE,
        Column("Outcome type", "outcome_type"),
    ),
    rules=(
        *MONTH_RULES,
        RowRule("Crime ID: expected one, found none", "crime_id is null"),
        RowRule(
            "Crime ID: expected 64 hexadecimal digits, found another form", CRIME_ID
        ),
        RowRule("Outcome type: expected one, found none", "outcome_type is null"),
        *PLACE_RULES,
        *LSOA_RULES,
    ),
    derived=POSITION,
    in_any_order=True,
)

# The words for nothing in files that went through other programs.
NOTHING = "('', 'none', 'null', 'nan', 'n/a', 'na', '-')"
FLAGS = "('true', 'false', 't', 'f', 'yes', 'no', 'y', 'n', '1', '0')"
CLOCK = "Europe/London"  # of a time that is written without its offset
# The offset at the end of a time; the day of a date is none.
OFFSET = r"^(.*:\d\d(?:\.\d+)?) *(Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)$"
TIMES = [
    f"{day}{clock}"
    for day in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")
    for clock in (
        *("T%H:%M:%S.%f", " %H:%M:%S.%f", "T%H:%M:%S", " %H:%M:%S"),
        *("T%H:%M", " %H:%M", ""),
    )
]
# A time as the publisher writes it, or the other forms that its forces have used.
SEARCH_TIME = {
    "search_offset": f"regexp_extract(trim(searched_at), '{OFFSET}', 2)",
    # DuckDB also parses words (infinity, epoch); a time begins with a digit
    "search_time": (
        "case when regexp_matches(searched_at, '^ *[0-9]') then"
        " try_strptime(case when search_offset = '' then trim(searched_at)"
        f" else regexp_extract(trim(searched_at), '{OFFSET}', 1) end, {TIMES}) end"
    ),
}


def _without_words(name: str) -> str:
    """SQL for a field that is null where it is a word for nothing."""
    return f"case when lower(trim({name})) not in {NOTHING} then {name} end"


WRITTEN_POSITION = (_without_words("longitude"), _without_words("latitude"))


def _flag(header: str, name: str) -> Column:
    return Column(header, name, may_be_absent=True, value=_without_words(name))


def _flag_rule(header: str, name: str) -> RowRule:
    return RowRule(
        f"{header}: expected True, False or nothing, found something else",
        f"lower(trim({name})) not in {FLAGS} and lower(trim({name})) not in {NOTHING}",
        empties=(name,),
    )


def _text(header: str, name: str) -> Column:
    return Column(header, name, may_be_absent=True)


STOP_SEARCH = FileKind(
    name="stop-and-search",
    table="police_uk_stop_search",
    columns=(
        Column("Type", "search_type"),
        Column(
            "Date",
            "searched_at",
            value=(
                "strftime(search_time, '%Y-%m-%dT%H:%M:%S') || case search_offset"
                f" when '' then ' {CLOCK}' else search_offset end"
            ),
        ),
        _flag("Part of a policing operation", "is_part_of_operation"),
        _text("Policing operation", "operation"),
        Column("Latitude", "latitude", value=_without_words("latitude")),
        Column("Longitude", "longitude", value=_without_words("longitude")),
        _text("Gender", "gender"),
        _text("Age range", "age_range"),
        _text("Self-defined ethnicity", "self_defined_ethnicity"),
        _text("Officer-defined ethnicity", "officer_defined_ethnicity"),
        _text("Legislation", "legislation"),
        _text("Object of search", "object_of_search"),
        Column(
            "Outcome",
            "outcome",
            may_be_absent=True,
            # some files hold the whole object of the publisher's interface
            value=(
                "case when outcome like '{%' then nullif(regexp_extract(outcome,"
                " '[''\"]name[''\"] *: *[''\"]([^''\"]*)', 1), '') else outcome end"
            ),
        ),
        _flag("Outcome linked to object of search", "is_outcome_linked_to_object"),
        _flag("Removal of more than just outer clothing", "is_clothing_removed"),
    ),
    rules=(
        RowRule(
            "Date: expected a day and a time, found another form",
            f"search_time is null and lower(trim(searched_at)) not in {NOTHING}",
            empties=("searched_at",),
        ),
        RowRule(
            "Date: expected the month of the file's name, found another",
            # one day more at either end: the offset can move a search over midnight
            "not search_time between "
            "file_month - interval 1 day and "
            "file_month + interval 1 month + interval 1 day",
        ),
        _flag_rule("Part of a policing operation", "is_part_of_operation"),
        _flag_rule("Outcome linked to object of search", "is_outcome_linked_to_object"),
        _flag_rule("Removal of more than just outer clothing", "is_clothing_removed"),
        *_place_rules(*WRITTEN_POSITION),
    ),
    derived={**_degrees(*WRITTEN_POSITION), **SEARCH_TIME},
    added={"is_day_only": "search_time is not null and searched_at not like '%:%'"},
    in_any_order=True,
)


def read_name(path: str) -> FileName | None:
    """Read `YYYY-MM/YYYY-MM-force-kind.csv`; None when the name is not of that form."""
    parts = NAME.search(path)
    if not parts:
        return None
    month = date(int(parts["year"]), int(parts["month"]), 1)
    return FileName(parts["kind"].lower(), parts["force"].lower(), month)


def known_forces() -> set[str]:
    """The forces whose files can be landed, by the publisher's names."""
    from rasure.geography import known_forces as forces

    return set(forces())


SOURCE = Source(
    name="police_uk",
    kinds={kind.name: kind for kind in (STREET, OUTCOMES, STOP_SEARCH)},
    read_name=read_name,
    known_forces=known_forces,
    sets_files_aside=True,
    passed_over=PASSED_OVER,
    layout="YYYY-MM/YYYY-MM-<force>-<street|outcomes|stop-and-search>.csv",
    superseded_files=retention.SUPERSEDED_FILES,
    superseded_rows=retention.superseded_rows(
        tuple(kind.table for kind in (STREET, OUTCOMES, STOP_SEARCH))
    ),
)
