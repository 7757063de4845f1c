"""Read and check a force's mapping: its words, codes, formats and default points.

Twenty-two forces ran sixteen variants of one records-management system, so the names of
columns and codes are configuration (`config/niche_rms/<force>.toml`), which only this
module reads. It rejects a mapping that names an entity, column or term that does not
exist, or lacks a required one, and names the place of the fault.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from zoneinfo import available_timezones

from rasure.errors import RasureError
from rasure.settings import CHECKOUT
from rasure.sources.niche_rms.entities import ENTITIES
from rasure.sources.niche_rms.terms import TERMS

ENCODINGS = ("cp1252", "utf-8")
FOLDER = CHECKOUT / "config" / "niche_rms"
# The patterns of an id and of a number where a mapping gives none.
IDENTIFIERS = {"id": "[0-9]{1,25}", "occurrence_number": "[^,;|]{1,40}"}


class MappingWrong(RasureError):
    """A force's mapping file lacks a required value or has an impossible one."""

    exit_code = 2


@dataclass(frozen=True)
class Format:
    """How a force writes values; `coordinate_scale` is the units in a metre.

    Only the clock has no default: hours are by it, and no country's may be assumed.

    `stand_in_days` are days that its system writes where there is no date, beside those
    that every system is known to write (seed `date_stand_ins`).
    """

    clock: str
    encoding: str = "utf-8"
    instant: str = "%Y-%m-%d %H:%M:%S"
    day: str = "%Y-%m-%d"
    yes: str = "Y"
    no: str = "N"
    separator: str = ";"
    coordinate_scale: int = 1
    stand_in_days: list[date] = field(default_factory=list)


@dataclass(frozen=True)
class DefaultPoint:
    """A point that a system gives to a record without a place: metres of the grid."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class MappedEntity:
    """An entity in a force's words.

    `file` is the file's name without suffix; `columns` maps our column names to the
    force's headers, in the order of the file.
    """

    name: str
    file: str
    columns: dict[str, str]


@dataclass(frozen=True)
class Mapping:
    """One force's mapping; `terms[table][code]` is our term for a code of the force.

    The code "" stands for an empty field.
    """

    force: str
    format: Format
    identifiers: dict[str, str]
    default_points: tuple[DefaultPoint, ...]
    entities: dict[str, MappedEntity]
    terms: dict[str, dict[str, str]]

    @cached_property
    def by_file(self) -> dict[str, MappedEntity]:
        """The mapped entities by the name of their file, without suffix."""
        return {entity.file: entity for entity in self.entities.values()}

    def code(self, table: str, term: str) -> str:
        """The force's first code for a term; raises `KeyError` if it has none."""
        for code, meaning in self.terms[table].items():
            if meaning == term:
                return code
        raise KeyError(term)


def code_key(code: str) -> str:
    """A code as it is compared, like `ops.code_key`: trimmed and without case."""
    return code.strip(" \t\r\n\u00a0").upper()


def known_forces() -> set[str]:
    """The forces that have a mapping."""
    return {path.stem for path in FOLDER.glob("*.toml")}


def load(force: str) -> Mapping:
    """Read a force's mapping; raises `MappingWrong` if it is missing or faulty."""
    path = FOLDER / f"{force}.toml"
    if force not in known_forces():
        known = ", ".join(sorted(known_forces()))
        raise MappingWrong(
            f"There is no records-management mapping for '{force}'. Known: {known}. "
            "docs/add_a_force.md says how to write one."
        )
    return read(path)


def read(path: Path) -> Mapping:
    """Read and check a mapping file."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        mapping = Mapping(
            content["force"],
            Format(**content["format"]),
            IDENTIFIERS | content.get("identifiers", {}),
            tuple(DefaultPoint(**point) for point in content.get("default_points", ())),
            {
                name: MappedEntity(name, entity["file"], entity["columns"])
                for name, entity in content["entities"].items()
            },
            _with_open_records(content["terms"]),
        )
    except tomllib.TOMLDecodeError as error:
        raise MappingWrong(f"{path.name} is not TOML: {error}.") from error
    except (KeyError, TypeError) as error:
        raise MappingWrong(f"{path.name}: expected {error} to be given.") from error
    for fault in _faults(mapping):
        raise MappingWrong(f"{path.name}: {fault}. Correct the mapping.")
    return mapping


def _with_open_records(terms: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The terms, with an empty access domain as open unless the mapping says otherwise.

    A system gives a domain to the records that are kept from somebody. A domain that
    the mapping does not have protects.
    """
    domains = terms.get("access_domains", {})
    return terms | {"access_domains": {"": "open"} | domains}


def _faults(mapping: Mapping):
    yield from _faults_of_format(mapping)
    for name in mapping.entities.keys() - ENTITIES.keys():
        yield f"entities.{name}: expected one of {', '.join(ENTITIES)}"
    for name, entity in ENTITIES.items():
        mapped = mapping.entities.get(name)
        if mapped is None:
            continue
        columns = {field.name for field in entity.fields}
        required = {field.name for field in entity.fields if field.is_required}
        for column in sorted(mapped.columns.keys() - columns):
            yield f"entities.{name}.columns.{column}: there is no such column"
        for column in sorted(required - mapped.columns.keys()):
            yield f"entities.{name}.columns.{column}: it is required"
        if len(set(mapped.columns.values())) < len(mapped.columns):
            yield f"entities.{name}.columns: expected each header once"
    if len(mapping.by_file) < len(mapping.entities):
        yield "entities: expected a file of its own for each"
    for table, codes in mapping.terms.items():
        if table not in TERMS:
            yield f"terms.{table}: there is no such table of terms"
            continue
        for code, term in codes.items():
            if term not in TERMS[table]:
                yield f"terms.{table}.{code}: expected one of {', '.join(TERMS[table])}"
        yield from _faults_of_case(table, codes)


def _faults_of_case(table: str, codes: dict[str, str]):
    """Codes that are one code when compared, and have different terms."""
    terms: dict[str, str] = {}
    for code, term in codes.items():
        if terms.setdefault(code_key(code), term) != term:
            yield f"terms.{table}.{code}: expected one term, whatever its case"


def _faults_of_format(mapping: Mapping):
    """The formats and patterns with which no value could be read."""
    written = mapping.format
    for name in ("id", "occurrence_number"):
        try:
            re.compile(mapping.identifiers.get(name, "("))
        except re.error:
            yield f"identifiers.{name}: expected a regular expression"
    for name, form, needed in (
        ("instant", written.instant, "YmdHMS"),
        ("day", written.day, "Ymd"),
    ):
        if sorted(re.findall("%(.)", form)) != sorted(needed):
            each = ", ".join(f"%{letter}" for letter in needed)
            yield f"format.{name}: expected each of {each} once"
    if written.encoding not in ENCODINGS:
        yield f"format.encoding: expected {' or '.join(ENCODINGS)}"
    if written.clock not in available_timezones():
        yield "format.clock: expected a time zone, for instance Europe/London"
    if not all(isinstance(day, date) for day in written.stand_in_days):
        yield "format.stand_in_days: expected days, for instance [1980-01-06]"
    if written.coordinate_scale < 1 or written.yes == written.no:
        yield "format: expected a scale of 1 or more, and a yes that is not its no"
