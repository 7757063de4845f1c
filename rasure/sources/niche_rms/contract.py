"""The contract of a records-management extract, built from a force's mapping.

The row rules follow from the forms of the fields (`entities.py`) and the formats of the
mapping, so that staging can type each value. A bad key or indispensable field sends the
row to quarantine; another bad field is emptied, and the row lands. A code that the
mapping does not have is no fault: the row lands, and the code is counted as unmapped.
Reasons name the force's own header, because the force corrects the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

from rasure.sources.contract import Column, FileKind, FileName, RowRule, Source
from rasure.sources.niche_rms import retention, withdrawing
from rasure.sources.niche_rms.deletions import settle
from rasure.sources.niche_rms.entities import (
    CHOICES,
    DATES,
    DELETIONS,
    ENTITIES,
    Entity,
    Field,
)
from rasure.sources.niche_rms.mapping import Mapping, known_forces, load
from rasure.sources.niche_rms.tidying import tidy

LAYOUT = "<File>.csv, as the force's mapping calls them"
LONGEST_ROW = 100_000  # bytes; accounts of an offence run to pages
WHOLE = "[-+]?[0-9]{1,9}"
BLANKS = " \t\r\n\u00a0"  # around a value; staging trims the same (macro `trimmed`)
METRES = "[-+]?[0-9]{1,12}([.][0-9]{0,9})?"
# The terms of codes that may keep a record from somebody (macro `niche_says_open`).
PROTECTIVE_TERMS = ("access_domains", "person_types")
MODIFIED = "modified_time"  # derived: the local time of the row's last change


def source_of(force: str) -> Source:
    """The contract in a force's words; raises `MappingWrong` without a mapping."""
    return source_from(load(force))


def source_from(mapping: Mapping) -> Source:
    """The contract in the words of a mapping."""
    return Source(
        name="niche_rms",
        kinds={name: kind(mapping, ENTITIES[name]) for name in mapping.entities},
        read_name=partial(_read_name, mapping),
        known_forces=known_forces,
        layout=LAYOUT,
        before_commit=partial(settle, mapping),
        after_commit=tidy,
    )


def kind(mapping: Mapping, entity: Entity) -> FileKind:
    """One entity's file: its columns in the mapping's order, and its row rules."""
    headers = mapping.entities[entity.name].columns
    fields = {field.name: field for field in entity.fields}
    derived, measures = {}, {}
    if "modified_at" in headers:
        written = _literal(mapping.format.instant)
        derived[MODIFIED] = f"try_strptime(modified_at, {written})"
        clock = _literal(mapping.format.clock)
        measures["newest_change"] = f"timezone({clock}, max({MODIFIED}))"
    if entity is DELETIONS:  # a deletion in the future would hide its record till then
        written = _literal(mapping.format.instant)
        clock = _literal(mapping.format.clock)
        newest = f"max(try_strptime(deleted_at, {written}))"
        measures["newest_change"] = f"timezone({clock}, {newest})"
    return FileKind(
        name=entity.name,
        table=f"niche_{entity.name}",
        columns=tuple(
            Column(header, name, fields[name].may_be_absent)
            for name, header in headers.items()
        ),
        rules=tuple(
            rule
            for name, header in headers.items()
            for rule in _rules(mapping, fields[name], header)
        ),
        derived=derived,
        measures=measures,
        key=None if entity in (CHOICES, DELETIONS) else entity.key,
        protective=tuple(
            field.name for field in entity.fields if field.terms in PROTECTIVE_TERMS
        ),
        longest_line=LONGEST_ROW,
        encodings=(mapping.format.encoding,),
        has_line_breaks=True,
        in_any_order=True,
        whole=entity is DELETIONS,
        is_fresh=entity.name == "occurrences",
    )


def _rules(mapping: Mapping, field: Field, header: str) -> Iterator[RowRule]:
    empties = () if field.is_indispensable else (field.name,)
    if field.is_required:
        yield RowRule(
            f"{header}: expected a value, found none",
            f"{field.name} is null",
            empties=empties,
        )
    for expected, kept in _forms(mapping, field):
        yield RowRule(
            f"{header}: expected {expected}, found something else",
            f"{field.name} is not null and not {kept}",
            empties=empties,
        )


def _forms(mapping: Mapping, field: Field) -> Iterator[tuple[str, str]]:
    """The expected form of a value, in words and as SQL that is true for it."""
    name, written = field.name, mapping.format
    if field.form == "id":
        pattern = mapping.identifiers["id"]
        yield "an id of the mapping's pattern", _matches(name, pattern)
    elif field.form in DATES:
        form = written.instant if field.form == "instant" else written.day
        forms = [form]
        if field.form == "birth":
            forms += forms_of_partial_day(form)
        elif field.bounds in ("event", "report"):
            forms.append(day_of(form))
        listed = ", ".join(map(_literal, forms))
        parsed = f"try_strptime(trim({name}, {_literal(BLANKS)}), [{listed}])"
        if name == "modified_at":
            parsed = MODIFIED
        what = "a time" if field.form == "instant" else "a day"
        # DuckDB also parses words (infinity, epoch); every form begins with a digit
        is_digits = f"{name} >= '0' and {name} < ':'"
        kept = f"coalesce({is_digits} and year({parsed}) >= 1000, false)"
        yield f"{what} written {form}", kept
    elif field.form == "flag":
        yes, no = _literal(written.yes), _literal(written.no)
        key = f"upper(trim({name}, {_literal(BLANKS)}))"
        is_known = f"{key} in (upper({yes}), upper({no}))"
        yield f"{written.yes} or {written.no}", is_known
    elif field.form == "whole":
        yield "a whole number", _matches(name, WHOLE)
    elif field.form == "metres":
        yield "a number", _matches(name, METRES)
    elif name == "occurrence_number":
        pattern = mapping.identifiers[name]
        yield "a number of the mapping's pattern", _matches(name, pattern)
    elif name == "entity":
        files = ", ".join(map(_literal, mapping.by_file))
        yield "the name of a file of the mapping", f"{name} in ({files})"


def day_of(instant: str) -> str:
    """The format of the day in a format of an instant, which begins with the day."""
    end = max(instant.index(part) for part in ("%Y", "%m", "%d")) + 2
    return instant[:end]


def forms_of_partial_day(day: str) -> list[str]:
    """The formats of a date without its day, or without day and month: left out, or
    written as 00."""
    month = re.sub("%d[^%A-Za-z]?|[^%A-Za-z]%d$", "", day)
    year = re.sub("%[dm][^%A-Za-z]?|[^%A-Za-z]%[dm]", "", day)
    zero_day = day.replace("%d", "00")
    return [month, year, zero_day, zero_day.replace("%m", "00")]


def _matches(name: str, pattern: str) -> str:
    return f"regexp_full_match({name}, {_literal(pattern)})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _read_name(mapping: Mapping, path: str) -> FileName | None:
    file = PurePosixPath(path)
    entity = mapping.by_file.get(file.stem)
    if entity is None or file.suffix.lower() != ".csv":
        return None
    return FileName(entity.name, mapping.force)


SOURCE = Source(
    name="niche_rms",
    kinds={},
    read_name=lambda path: None,
    known_forces=known_forces,
    layout=LAYOUT,
    of_force=source_of,
    withdrawal_obstacles=withdrawing.obstacles,
    before_withdrawal=withdrawing.forget,
    superseded_files=retention.SUPERSEDED_FILES,
    superseded_rows=retention.superseded_rows(),
    settled_rows=retention.settled_rows(),
    lock=retention.LOCK,
)
