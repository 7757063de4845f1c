"""Read recorded crime as the Home Office publishes it: by force, quarter and offence.

The file is a CSV with the columns `FY` (2024/25), `Financial Quarter` (1 is April to
June), `Force`, `Offence Code` (`34A`) and `n`, in any order and among others.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from rasure.scopes.errors import PublishedUnreadable

COLUMNS = ("fy", "financial quarter", "force", "offence code", "n")
YEAR = re.compile(r"(\d{4})[/-]\d{2,4}")


@dataclass(frozen=True)
class PublishedCount:
    """The crimes of an offence that a force recorded in a quarter.

    `quarter` is the number of its first month (year x 12 + month - 1). An offence has
    several classes where the publisher counts them as one, such as `1/4.1/4.10/4.2` for
    homicide. A correction can make `crimes` negative.
    """

    force: str
    quarter: int
    offence_code: str
    crimes: int

    @property
    def classes(self) -> set[str]:
        """The Home Office classes of the offence."""
        return {code.strip().lstrip("0") for code in self.offence_code.split("/")}


@dataclass(frozen=True)
class Published:
    """The counts of a file, and the numbers of the lines that could not be read."""

    counts: list[PublishedCount]
    unreadable_lines: list[int]


def slug(name: str) -> str:
    """A force's name as its slug: `Thames Valley Police` is `thames-valley`."""
    words = re.findall(r"[a-z]+", name.casefold().replace("&", " and "))
    while words and words[-1] in ("police", "constabulary", "service"):
        words.pop()
    return "-".join(words)


def quarter_of(year: str, quarter: str) -> int:
    """The number of the first month of a quarter of a financial year.

    Raises `ValueError` for anything but a year such as 2024/25 and 1 to 4.
    """
    match = YEAR.fullmatch(year.strip())
    number = float(quarter)
    if match is None or number not in (1.0, 2.0, 3.0, 4.0):
        raise ValueError(f"{year} {quarter} is no quarter of a financial year")
    return int(match[1]) * 12 + 3 * int(number)


def read(path: Path) -> Published:
    """Read a file of published counts.

    Raises `PublishedUnreadable` for a file that is missing, is no text or lacks a
    column, or none of whose lines can be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return parse(csv.reader(lines), path.name)
    except OSError as error:
        raise PublishedUnreadable(
            f"{path} cannot be read: {error.strerror}."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise PublishedUnreadable(
            f"{path.name} is no CSV file in UTF-8. Save it as one."
        ) from error


def parse(rows, name: str) -> Published:
    """The counts of the rows of a CSV file; the first has the names of the columns."""
    header = [column.strip().casefold() for column in next(rows, [])]
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise PublishedUnreadable(
            f"{name} has no column {missing[0]!r}. It needs FY, Financial Quarter, "
            f"Force, Offence Code and n, and has {', '.join(header) or 'none'}."
        )
    at = [header.index(column) for column in COLUMNS]
    counts, unreadable = [], []
    for line, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        try:
            year, quarter, force, code, number = (row[column].strip() for column in at)
            crimes = float(number.replace(",", ""))
            if not (force and code and crimes.is_integer()):
                raise ValueError("an empty field, or a part of a crime")
            first_month = quarter_of(year, quarter)
        except (ValueError, IndexError, OverflowError):
            unreadable.append(line)
            continue
        counts.append(
            PublishedCount(slug(force), first_month, code.upper(), int(crimes))
        )
    if not counts:
        raise PublishedUnreadable(f"No line of {name} can be read as a count.")
    return Published(counts, unreadable)
