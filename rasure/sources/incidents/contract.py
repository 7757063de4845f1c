"""The contract of a table of crimes, built from a force's mapping.

A file is named after its force, `<force>.csv` or `<force>-<anything>.csv`. Columns that
the mapping does not name are not read. A crime needs a reference and a type; any other
value that cannot be read, or cannot be, is emptied, and the crime lands without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rasure.sources.contract import Column, FileKind, FileName, RowRule, Source
from rasure.sources.incidents import retention
from rasure.sources.incidents.mapping import (
    COLUMNS,
    NO,
    YES,
    IncidentMapping,
    load_all,
)

NAME = "incidents"
LAYOUT = "<force>.csv or <force>-<anything>.csv, with a mapping of that force"
EARLIEST = "timestamp '1920-01-01'"
# An offset at the end of a time; the day of a date is none.
OFFSET = r"^(.*:\d\d(?:\.\d+)?) *(Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)$"


def source() -> Source:
    """The source as the mappings of today make it."""
    mappings = load_all()
    return Source(
        name=NAME,
        kinds={force: kind(mapping) for force, mapping in mappings.items()},
        read_name=lambda path: read_name(path, mappings.keys()),
        known_forces=lambda: set(mappings),
        layout=LAYOUT,
        superseded_files=retention.SUPERSEDED_FILES,
        superseded_rows={NAME: retention.SUPERSEDED_ROWS},
    )


def read_name(path: str, forces) -> FileName | None:
    """The force of a file's name: the longest with which it begins.

    A name that begins with no force is that of an unknown one, so that its refusal says
    so; None if it is no CSV file.
    """
    file = PurePosixPath(path)
    stem = re.sub("[ _.]+", "-", file.stem.lower())
    if file.suffix.lower() != ".csv":
        return None
    own = [force for force in forces if f"{stem}-".startswith(f"{force}-")]
    force = max(own, key=len, default=stem)
    return FileName(kind=force, force=force)


def kind(mapping: IncidentMapping) -> FileKind:
    """The file of a force: its columns, and the rules for its rows."""
    derived: dict[str, str] = {}
    columns, rules = [], []
    for name, header in mapping.columns.items():
        form = COLUMNS[name]
        value = None
        if form.startswith("time"):
            derived |= _time(name, mapping)
            value = f"{name}_text"
        elif form == "flag":
            value = _flag(name)
        elif form == "number":
            value = f"{name}_number::varchar"
            derived[f"{name}_number"] = (
                f"try_cast(translate(trim({name}), '_', '?') as double)"
            )
        else:
            value = f"nullif(trim({name}), '')"
        columns.append(Column(header, name, value=value))
        rules += _rules(name, form, header, mapping)
    if "x" in mapping.columns:
        where = f"{mapping.columns['x']}, {mapping.columns['y']}"
        both = ("x", "y")
        rules += [
            RowRule(
                f"{where}: expected two numbers or none, found something else",
                "coalesce(x, y) is not null and (coalesce(isfinite(x_number)"
                " and isfinite(y_number), false) is not true)",
                empties=both,
            ),
            RowRule(
                f"{where}: expected a position, found 0, 0",
                "x_number = 0 and y_number = 0",
                empties=both,
            ),
        ]
    return FileKind(
        name=NAME,
        table="incidents",
        columns=tuple(columns),
        rules=tuple(rules),
        derived=derived,
        key="reference",
        protective=("is_restricted",),
        encodings=(mapping.encoding,),
        has_line_breaks=True,
        in_any_order=True,
        ignores_other_columns=True,
    )


def _rules(
    name: str, form: str, header: str, mapping: IncidentMapping
) -> Iterator[RowRule]:
    if form == "text!":
        yield RowRule(
            f"{header}: expected a value, found none",
            f"coalesce(trim({name}), '') = ''",
        )
    elif form.startswith("time"):
        written = f"coalesce(trim({name}), '') <> ''"
        forms = " or ".join(mapping.times)
        yield RowRule(
            f"{header}: expected a time written {forms}, found something else",
            f"{written} and {name}_time is null",
            empties=(name,),
        )
        yield RowRule(
            f"{header}: expected a time from 1920 to now, found another",
            f"{name}_time < {EARLIEST}"
            f" or {name}_time > now()::timestamp + interval 2 days",
            empties=(name,),
        )
    elif form == "flag":
        yield RowRule(
            f"{header}: expected yes or no, found something else",
            f"coalesce(trim({name}), '') <> '' and {_flag(name)} is null",
            empties=(name,),
        )


def _time(name: str, mapping: IncidentMapping) -> dict[str, str]:
    """DuckDB SQL for a time: as a timestamp of the force's clock or of its offset, and
    as the text that staging reads, which is ten characters long for a day only."""
    days = [form for form in mapping.times if not re.search("%[HI]", form)]
    timed = [form for form in mapping.times if form not in days]
    without = (
        f"case when {name}_offset = '' then trim({name})"
        f" else regexp_extract(trim({name}), '{OFFSET}', 1) end"
    )
    # DuckDB also parses words (infinity, epoch); a time has a digit at its beginning
    # or, with the name of a month, later.
    has_digit = f"regexp_matches({name}, '[0-9]')"
    parsed = f"try_strptime({without}, {timed})" if timed else "null::timestamp"
    day = f"try_strptime(trim({name}), {days})" if days else "null::timestamp"
    return {
        f"{name}_offset": f"coalesce(regexp_extract(trim({name}), '{OFFSET}', 2), '')",
        f"{name}_instant": f"case when {has_digit} then {parsed} end",
        f"{name}_day": f"case when {has_digit} then {day} end",
        f"{name}_time": f"coalesce({name}_instant, {name}_day)",
        f"{name}_text": (
            f"case when {name}_instant is not null"
            f" then strftime({name}_instant, '%Y-%m-%dT%H:%M:%S')"
            f" || case {name}_offset when '' then ' {mapping.clock}'"
            f" else {name}_offset end"
            f" else strftime({name}_day, '%Y-%m-%d') end"
        ),
    }


def _flag(name: str) -> str:
    """DuckDB SQL for a flag: true, false or null."""
    written = f"lower(trim({name}))"
    return (
        f"case when {written} in {YES} then 'true'"
        f" when {written} in {NO} then 'false' end"
    )


def __getattr__(name: str) -> Source:
    """`SOURCE`, made when it is asked for: a home's mappings may have changed."""
    if name == "SOURCE":
        return source()
    raise AttributeError(name)
