"""Small deliveries in data.police.uk's layout, built by the tests that use them.

The rows are made up: ids are hashes of numbers, places are streets of Slough.
"""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    "LSOA name,Crime type,Last outcome category,Context"
)
ASB = "Anti-social behaviour"
VIOLENCE = "Violence and sexual offences"


def crime_id(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def street_row(number: int, month: str = "2024-01", **changes: str) -> str:
    """One row; `changes` by the publisher's column names, spaces as underscores."""
    fields = {
        "Crime_ID": crime_id(number),
        "Month": month,
        "Reported_by": "Thames Valley Police",
        "Falls_within": "Thames Valley Police",
        "Longitude": f"{-0.59 - number % 50 / 10_000:.6f}",
        "Latitude": "51.510000",
        "Location": "On or near High Street",
        "LSOA_code": "E01016445",
        "LSOA_name": "Slough 001A",
        "Crime_type": VIOLENCE,
        "Last_outcome_category": "Under investigation",
        "Context": "",
    }
    unknown = changes.keys() - fields.keys()
    assert not unknown, unknown
    fields.update(changes)
    return ",".join(fields.values())


def street_text(rows: list[str], header: str = STREET, end: str = "\n") -> str:
    return end.join([header, *rows]) + end


def street_rows(count: int, month: str = "2024-01", start: int = 0) -> list[str]:
    return [street_row(start + number, month) for number in range(count)]


def member(month: str = "2024-01", force: str = "thames-valley", kind="street") -> str:
    return f"{month}/{month}-{force}-{kind}.csv"


def archive(path: Path, files: dict[str, str | bytes]) -> Path:
    """Write a ZIP archive of the given members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return path


def folder(path: Path, files: dict[str, str | bytes]) -> Path:
    """Write a folder of the given files."""
    for name, content in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
