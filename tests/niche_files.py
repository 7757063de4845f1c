"""Small records-management deliveries in any force's words, built by the tests.

A row is a dict by our column names with plain values: instants as UTC datetimes, days
as dates, flags as booleans, grid coordinates in metres, a code as its term, several
codes as a list of terms, all else as text. `row` makes one up; nobody in it exists.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rasure.sources.niche_rms import mapping as mappings
from rasure.sources.niche_rms.entities import ENTITIES, Field
from rasure.sources.niche_rms.mapping import Mapping
from rasure.sources.niche_rms.terms import TERMS

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
# What a free text may hold.
ACCOUNT = 'He said "no", then\n\nleft “there” with a knife; £5\n\\.\nover'
EXTRACTED = datetime(2026, 1, 1, 4, tzinfo=UTC)
NUMBERS = {name: number for number, name in enumerate(ENTITIES, start=11)}
REFERENCES = {
    "surviving_person_id": "persons",
    "merged_person_id": "persons",
    "address_id": "addresses",
    **{f"{one}_id": f"{one}s" for one in ("occurrence", "person", "classification")},
    **{f"{one}_id": f"{one}s" for one in ("officer", "unit")},
}


def identifier(entity: str, number: int) -> str:
    """The id of a record: the entity's number, a 5 and 15 digits."""
    return f"{NUMBERS[entity]}5{number:015}"


def row(entity: str, number: int, /, **changes) -> dict:
    """A record with what is required filled in; its parents have the same number."""
    of = changes.setdefault("entity", "persons") if entity == "deletions" else entity
    built = {}
    for field in ENTITIES[entity].fields:
        if field.name == ENTITIES[entity].key and field.form == "id":
            built[field.name] = identifier(of, number)
        elif field.is_required:
            built[field.name] = _required(field, number)
    unknown = changes.keys() - {field.name for field in ENTITIES[entity].fields}
    assert not unknown, unknown
    return built | changes


def _required(field: Field, number: int):
    return {
        "id": lambda: identifier(REFERENCES.get(field.name, "persons"), number),
        "text": lambda: _text(field.name, number),
        "code": lambda: TERMS[field.terms][0],
        "codes": lambda: [TERMS[field.terms][0]],
        "instant": lambda: START + timedelta(minutes=number),
        "day": lambda: date(2025, 3, 1),
        "flag": lambda: True,
        "whole": lambda: 1,
    }[field.form]()


def _text(name: str, number: int) -> str:
    known = {"occurrence_number": f"25{number:07}", "recorded_class": "8N"}
    return known.get(name, f"{name} {number}")


def text(mapping: Mapping, field: Field, value) -> str:
    """A value in the force's words, before it is quoted."""
    written = mapping.format
    if value is None:
        return ""
    if field.name == "occurrence_number":
        return {"thames-valley": "43", "hampshire": "44"}[mapping.force] + value
    if field.name == "entity":
        return mapping.entities[value].file
    if field.form == "instant" and isinstance(value, datetime):
        return f"{value.astimezone(ZoneInfo(written.clock)):{written.instant}}"
    if field.form in ("day", "birth") and isinstance(value, date):
        return f"{value:{written.day}}"
    if field.form == "flag" and isinstance(value, bool):
        return written.yes if value else written.no
    if field.form == "metres" and not isinstance(value, str):
        return str(round(value * written.coordinate_scale))
    if field.form == "code":
        return _code(mapping, field, value)
    if field.form == "codes":
        codes = (_code(mapping, field, term) for term in value)
        return written.separator + "".join(code + written.separator for code in codes)
    return str(value)


def _code(mapping: Mapping, field: Field, term: str) -> str:
    """The force's code; what is no term is written as it is."""
    return mapping.code(field.terms, term) if term in TERMS[field.terms] else term


def quoted(value: str) -> str:
    """A field of a CSV file, in quotes only where it needs them."""
    if any(character in value for character in ',"\n\r'):
        return '"' + value.replace('"', '""') + '"'
    return value


def lines(mapping: Mapping, entity: str, rows: list[dict]) -> list[str]:
    """The header line and a line for each row, without their ends."""
    fields = {field.name: field for field in ENTITIES[entity].fields}
    columns = mapping.entities[entity].columns
    return [
        ",".join(columns.values()),
        *(
            ",".join(
                quoted(text(mapping, fields[name], row.get(name))) for name in columns
            )
            for row in rows
        ),
    ]


def render(mapping: Mapping, entity: str, rows: list[dict]) -> bytes:
    """A file as the force's system writes it."""
    whole = "".join(f"{line}\r\n" for line in lines(mapping, entity, rows))
    return whole.encode(mapping.format.encoding)


def delivery(
    parent: Path,
    rows: dict[str, list[dict]],
    force: str = "thames-valley",
    kind: str = "full",
    extracted_at: datetime = EXTRACTED,
    since: datetime | None = None,
    change=None,
) -> Path:
    """A delivery folder with a file for each entity of `rows`; returns its path.

    `change(files, manifest)` may spoil the files (bytes by name) and the manifest.
    """
    mapping = mappings.load(force)
    files = {
        f"{mapping.entities[name].file}.csv": render(mapping, name, found)
        for name, found in rows.items()
    }
    counts = [len(found) for found in rows.values()]
    start = since or (extracted_at - timedelta(days=366 if kind == "full" else 1))
    manifest = {
        "source": "niche_rms",
        "force": force,
        "kind": kind,
        "extracted_at": extracted_at.isoformat(),
        "window": {"from": start.isoformat(), "to": extracted_at.isoformat()},
        "files": [
            {
                "path": path,
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
                "rows": count,
            }
            for (path, content), count in zip(files.items(), counts, strict=True)
        ],
    }
    if change:
        change(files, manifest)
    folder = parent / f"niche_rms-{force}-{kind}-{extracted_at:%Y%m%dT%H%M%SZ}"
    folder.mkdir(parents=True)
    for path, content in files.items():
        (folder / path).write_bytes(content)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder
