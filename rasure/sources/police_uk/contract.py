"""The contract of data.police.uk's monthly files.

Column names, order and meaning are the publisher's (data.police.uk/about, "CSV
columns"). The crime id is blank on every anti-social behaviour row, and only there;
a row has both coordinates or neither; a row's month is the month of its file.
"""

from __future__ import annotations

import re
from datetime import date

from rasure.sources.contract import Column, FileKind, FileName, RowRule, Source

NAME = re.compile(
    r"(?:^|/)(?P<year>[12][0-9]{3})-(?P<month>0[1-9]|1[0-2])-(?P<force>[a-z]+(?:-[a-z]+)*?)"
    r"-(?P<kind>street|outcomes|stop-and-search)\.csv$"
)

# England, Wales and Northern Ireland with their islands, in WGS 84 degrees.
LONGITUDES = (-9.0, 2.1)
LATITUDES = (49.8, 56.0)

MONTH = Column("Month", "month")
PLACE = (
    Column("Longitude", "longitude"),
    Column("Latitude", "latitude"),
    Column("Location", "location"),
    Column("LSOA code", "lsoa_code"),
    Column("LSOA name", "lsoa_name"),
)
REPORTER = (
    Column("Reported by", "reported_by"),
    Column("Falls within", "falls_within"),
)


POSITION = {
    # DuckDB would cast 5_1.75 to a number and 1e-400 to zero; PostgreSQL rejects both
    "degrees_east": "try_cast(translate(longitude, '_eE', '???') as double)",
    "degrees_north": "try_cast(translate(latitude, '_eE', '???') as double)",
}
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

PLACE_RULES = (
    RowRule(
        "Longitude, Latitude: expected both or neither, found one",
        "(longitude is null) <> (latitude is null)",
    ),
    RowRule(
        "Longitude, Latitude: expected decimal degrees, found something else",
        "longitude is not null and latitude is not null "
        "and (degrees_east is null or degrees_north is null)",
    ),
    RowRule("Longitude, Latitude: expected a position, found 0, 0", AT_ZERO),
    RowRule("Longitude, Latitude: expected this order, found them swapped", SWAPPED),
    RowRule(
        "Longitude, Latitude: expected England, Wales or Northern Ireland, "
        "found elsewhere",
        ELSEWHERE,
    ),
)
LSOA_RULES = (
    RowRule(
        "LSOA code: expected E01, W01 or a Northern Ireland code, found another form",
        "not regexp_full_match(lsoa_code, '[EW]01[0-9]{6}|95[A-Z0-9]{6,8}|N[0-9]{8}')",
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
        Column("Crime ID", "crime_id"),
        MONTH,
        *REPORTER,
        *PLACE,
        Column("Crime type", "crime_type"),
        Column("Last outcome category", "last_outcome_category"),
        Column("Context", "context"),
    ),
    rules=(
        *MONTH_RULES,
        RowRule("Crime type: expected one, found none", "crime_type is null"),
        RowRule(
            "Crime ID: expected 64 hexadecimal digits, found another form", CRIME_ID
        ),
        RowRule(
            "Crime ID: expected one on every row but anti-social behaviour, found none",
            "crime_id is null and crime_type <> 'Anti-social behaviour'",
        ),
        *PLACE_RULES,
        *LSOA_RULES,
    ),
    derived=POSITION,
    measures={"located_share": "count(longitude) / greatest(count(*), 1)"},
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
)


def _flag_rule(header: str, name: str) -> RowRule:
    return RowRule(
        f"{header}: expected True, False or nothing, found something else",
        f"lower({name}) not in ('true', 'false')",
    )


STOP_SEARCH = FileKind(
    name="stop-and-search",
    table="police_uk_stop_search",
    columns=(
        Column("Type", "search_type"),
        Column("Date", "searched_at"),
        Column("Part of a policing operation", "is_part_of_operation"),
        Column("Policing operation", "operation"),
        Column("Latitude", "latitude"),
        Column("Longitude", "longitude"),
        Column("Gender", "gender"),
        Column("Age range", "age_range"),
        Column("Self-defined ethnicity", "self_defined_ethnicity"),
        Column("Officer-defined ethnicity", "officer_defined_ethnicity"),
        Column("Legislation", "legislation"),
        Column("Object of search", "object_of_search"),
        Column("Outcome", "outcome"),
        Column("Outcome linked to object of search", "is_outcome_linked_to_object"),
        Column("Removal of more than just outer clothing", "is_clothing_removed"),
    ),
    rules=(
        RowRule("Type: expected one, found none", "search_type is null"),
        RowRule(
            "Date: expected an ISO 8601 time with its offset, found another form",
            "not coalesce(regexp_full_match(searched_at, "
            "'\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d"
            "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])') "
            "and try_cast(left(searched_at, 19) as timestamp) is not null, false)",
        ),
        RowRule(
            "Date: expected the month of the file's name, found another",
            # one day more at either end: the offset can move a search over midnight
            "not try_cast(left(searched_at, 19) as timestamp) between "
            "file_month - interval 1 day and "
            "file_month + interval 1 month + interval 1 day",
        ),
        _flag_rule("Part of a policing operation", "is_part_of_operation"),
        _flag_rule("Outcome linked to object of search", "is_outcome_linked_to_object"),
        _flag_rule("Removal of more than just outer clothing", "is_clothing_removed"),
        *PLACE_RULES,
    ),
    derived=POSITION,
    measures={"located_share": "count(longitude) / greatest(count(*), 1)"},
)


def read_name(path: str) -> FileName | None:
    """Read `YYYY-MM/YYYY-MM-force-kind.csv`; None when the name is not of that form."""
    parts = NAME.search(path)
    if not parts:
        return None
    month = date(int(parts["year"]), int(parts["month"]), 1)
    return FileName(kind=parts["kind"], force=parts["force"], month=month)


def known_forces() -> set[str]:
    """The forces whose files can be landed, by the publisher's names."""
    from rasure.geography import known_forces as forces

    return set(forces())


SOURCE = Source(
    name="police_uk",
    kinds={kind.name: kind for kind in (STREET, OUTCOMES, STOP_SEARCH)},
    read_name=read_name,
    known_forces=known_forces,
    layout="YYYY-MM/YYYY-MM-<force>-<street|outcomes|stop-and-search>.csv",
)
