"""The profile of a delivery: one row per file, all that the gate is shown.

The gate judges files, not people: a profile holds counts, shares and names from the
contract, and by construction no value of any row, so that neither results nor Data Docs
nor messages can hold one. (A header that is not in the contract is counted, not named:
in a file without a header line it would be a row.)
"""

from __future__ import annotations

from datetime import datetime

from rasure.landing.check import CheckedRows
from rasure.landing.errors import printable
from rasure.landing.manifest import Manifest, StatedFile
from rasure.landing.unpack import Unpacked
from rasure.sources.contract import FileKind, FileName

HEADER_LINE, EVERY_COLUMN = "header line", "every column"
ORDER, TWICE = "their order", "a column twice"
# The values of missing_columns that are no names.
NOT_COLUMNS = (HEADER_LINE, EVERY_COLUMN, ORDER, TWICE, "none")
SHARES_FROM = 100  # rows; below, a small share says little
FAILED_FROM = 2  # rows in quarantine; a single one is a slip in a file of any size

COLUMNS = (
    "file",
    "encoding",
    "missing_columns",
    "unexpected_columns",
    "checksum",
    "bytes",
    "row_count",
    "rows",
    "rows_landed",
    "unaccounted_rows",
    "quarantined_share",
    "failed_share",
    "main_reason",
    "emptied_share",
    "emptied_reason",
    "share_of_before",
    "months_ahead",
    "located_share",
    "open_quote",
    "forbidden_faults",
    "hours_ahead",
    "change_hours_ahead",
    "change_days_old",
)


def profile(
    unpacked: Unpacked,
    kind: FileKind,
    name: FileName,
    manifest: Manifest,
    rows: CheckedRows | None,
    before: int | None,
    now: datetime,
) -> dict:
    """One file's row of the profile, and what the manifest has `stated` of the file.

    `rows` is None when its header is not readable; `before` is the number of rows of
    the file that it would replace, None when it is the first of its month. Hours and
    days are against `now` or against the time of the extract, when it states one.
    """
    stated = manifest.files.get(unpacked.path, StatedFile(unpacked.path))
    extracted_at = manifest.extracted_at
    newest = rows.measures.get("newest_change") if rows else None
    change = None
    if newest and extracted_at:
        change = (newest - extracted_at).total_seconds() / 3600
    surplus = [
        place
        for place, header in enumerate(unpacked.header, start=1)
        if header not in kind.headers
    ]
    large = unpacked.rows >= SHARES_FROM
    measured = rows.measures if rows and large else {}
    emptied = rows.most_emptied if rows else None
    is_judged_fresh = large and kind.is_fresh and manifest.kind == "full"
    return {
        "file": unpacked.path,
        "encoding": unpacked.encoding
        or ("what reads as UTF-8" if unpacked.is_utf8 else "neither"),
        "missing_columns": _missing_columns(unpacked.header, kind.headers),
        "unexpected_columns": (
            f"{len(surplus)} at position {', '.join(map(str, surplus[:20]))}"
            if surplus
            else "none"
        ),
        "checksum": _compare(stated.sha256, unpacked.sha256),
        "bytes": _compare(stated.bytes, unpacked.bytes),
        "row_count": _compare(stated.rows, unpacked.rows),
        "stated": {
            "checksum": stated.sha256,
            "bytes": stated.bytes,
            "row_count": stated.rows,
        },
        "rows": unpacked.rows,
        "rows_landed": rows.landed if rows and unpacked.rows else None,
        "unaccounted_rows": unpacked.rows - rows.accounted if rows else None,
        "quarantined_share": (
            len(rows.quarantined) / unpacked.rows if rows and large else None
        ),
        "failed_share": (
            len(rows.quarantined) / unpacked.rows
            if rows and len(rows.quarantined) >= FAILED_FROM
            else None
        ),
        "main_reason": rows.main_reason if rows else None,
        "emptied_share": emptied.share if emptied else None,
        "emptied_reason": emptied.reason if emptied else None,
        "share_of_before": (
            rows.landed / before if rows and before and before >= SHARES_FROM else None
        ),
        "months_ahead": (
            12 * (name.month.year - now.year) + name.month.month - now.month
            if name.month
            else None
        ),
        "located_share": measured.get("located_share"),
        "open_quote": f"row {unpacked.open_quote:,}" if unpacked.open_quote else "none",
        "forbidden_faults": len(rows.quarantined) if rows and kind.whole else 0,
        "hours_ahead": (
            (extracted_at - now).total_seconds() / 3600 if extracted_at else None
        ),
        "change_hours_ahead": change,
        "change_days_old": (
            -change / 24 if change is not None and is_judged_fresh else None
        ),
    }


def _missing_columns(header: list[str], expected: list[str]) -> str:
    """The columns that a header line lacks, or one of `NOT_COLUMNS`."""
    if not any(header):
        return HEADER_LINE
    missing = [column for column in expected if column not in header]
    if len(missing) == len(expected) > 1:
        return EVERY_COLUMN
    if missing:
        return ", ".join(missing)
    if header == expected or set(header) - set(expected):
        return "none"
    names = [column.strip().casefold() for column in header]
    return TWICE if len(set(names)) < len(names) else ORDER


def is_readable(unpacked: Unpacked, kind: FileKind) -> bool:
    """True if the header line is the contract's, so that rows can be read by it, and
    the rows can be told apart."""
    return (
        unpacked.encoding is not None
        and unpacked.header == kind.headers
        and unpacked.open_quote is None
    )


def _compare(stated: str | int | None, found: str | int) -> str:
    if stated is None:
        return "not stated"
    if stated == found:
        return "matches"
    return shown(found)


def shown(value: str | int) -> str:
    """A number or a checksum, as a refusal shows it."""
    return f"{value:,}" if isinstance(value, int) else printable(value, 12)
