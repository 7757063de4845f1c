"""Read and check a force's mapping of its table of crimes.

A force or city that has no records-management extract publishes or exports one table
with a row for each crime. What its columns are called, how its times are written, where
its coordinates are, and what each of its types of crime counts as is data:
`config/incidents/<force>.toml` in the checkout or `incidents/<force>.toml` in the home.
Only this module reads it. It rejects a mapping that nothing could be read by, and names
the place of the fault.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import available_timezones

from rasure.errors import RasureError
from rasure.settings import CHECKOUT, Settings
from rasure.sources.niche_rms.terms import TERMS

SHIPPED = CHECKOUT / "config" / "incidents"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# Our columns: what they hold, and whether a crime must have one.
COLUMNS: dict[str, str] = {
    "reference": "text!",
    "crime_type": "text!",
    "occurred_from": "time!",
    "occurred_to": "time",
    "reported_at": "time",
    "updated_at": "time",
    "x": "number",
    "y": "number",
    "place": "text",
    "location_type": "text",
    "beat": "text",
    "outcome": "text",
    "is_domestic": "flag",
    "is_restricted": "flag",
}
LOCATION_TYPES = TERMS["location_types"]
DEFAULT_TIMES = (
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
)
YES = ("true", "t", "yes", "y", "1")
NO = ("false", "f", "no", "n", "0")


class IncidentMappingWrong(RasureError):
    """A mapping of a table of crimes lacks a value, or has one that cannot be."""

    exit_code = 2


@dataclass(frozen=True)
class CrimeType:
    """What a type of crime counts as. `harm_days` is its harm in days of imprisonment;
    police-generated crime is found by the police's own activity and makes no place hot.
    """

    is_serious_violence: bool = False
    is_police_generated: bool = False
    harm_days: float = 1.0


@dataclass(frozen=True)
class IncidentMapping:
    """A force's words. `columns` maps our names to the headers of the file.

    `times` are the forms of a time (strptime); one without an hour is a day only. `crs`
    is the EPSG code of x and y; 4326 is longitude and latitude. `location_types` maps a
    kind of place, in any case, to one of `LOCATION_TYPES`.
    """

    force: str
    clock: str
    columns: dict[str, str]
    crime_types: dict[str, CrimeType]
    location_types: dict[str, str] = field(default_factory=dict)
    times: tuple[str, ...] = DEFAULT_TIMES
    crs: int = 4326
    encoding: str = "utf-8"


def files() -> dict[str, Path]:
    """The mapping of each force; one in the home takes the place of a shipped one."""
    folders = (SHIPPED, Settings.load().home / "incidents")
    return {path.stem: path for folder in folders for path in folder.glob("*.toml")}


def load_all() -> dict[str, IncidentMapping]:
    """The mappings of all forces, by force; raises `IncidentMappingWrong`."""
    return {force: read(path) for force, path in sorted(files().items())}


def read(path: Path) -> IncidentMapping:
    """Read and check a mapping file."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        types = content.pop("crime_types", {})
        mapping = IncidentMapping(
            **{
                **content,
                "times": tuple(content.get("times", DEFAULT_TIMES)),
                "crime_types": {
                    name: CrimeType(**counts) for name, counts in types.items()
                },
            }
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise IncidentMappingWrong(f"{path.name} is not TOML: {error}.") from error
    except (TypeError, AttributeError) as error:
        words = str(error).replace("IncidentMapping.__init__() ", "")
        words = words.replace("CrimeType.__init__() ", "crime_types: ")
        raise IncidentMappingWrong(f"{path.name}: {words}.") from error
    for fault in _faults(mapping, path):
        raise IncidentMappingWrong(f"{path.name}: {fault}. Correct the mapping.")
    return mapping


def _faults(mapping: IncidentMapping, path: Path):
    if mapping.force != path.stem or not SLUG.fullmatch(mapping.force):
        yield (
            f"force: expected the name of the file, {path.stem!r}, in small letters "
            "and single hyphens"
        )
    if mapping.clock not in available_timezones():
        yield "clock: expected a time zone, for instance America/Chicago"
    for name in mapping.columns.keys() - COLUMNS.keys():
        yield f"columns.{name}: expected one of {', '.join(COLUMNS)}"
    for name, form in COLUMNS.items():
        if form.endswith("!") and name not in mapping.columns:
            yield f"columns.{name}: it is required"
    if ("x" in mapping.columns) != ("y" in mapping.columns):
        yield "columns: expected both x and y, or neither"
    headers = [header.strip().casefold() for header in mapping.columns.values()]
    if len(set(headers)) < len(headers):
        yield "columns: expected each header once"
    for form in mapping.times:
        letters = re.findall("%(.)", form)
        if not {"Y", "m", "d"} <= set(letters):
            yield f"times: expected %Y, %m and %d in {form!r}"
        if "I" in letters and "p" not in letters:
            yield f"times: expected %p with %I in {form!r}"
    for kind, term in mapping.location_types.items():
        if term not in LOCATION_TYPES:
            yield f"location_types.{kind}: expected one of {', '.join(LOCATION_TYPES)}"
    yield from _faults_of_types(mapping)
    if mapping.encoding not in ("utf-8", "cp1252"):
        yield "encoding: expected utf-8 or cp1252"
    if not _is_exact(mapping.crs):
        yield (
            f"crs: expected the EPSG code of a system that says exactly where its "
            f"coordinates are, found {mapping.crs}"
        )


def _faults_of_types(mapping: IncidentMapping):
    """Types of crime that are one type when compared, and figures that cannot be."""
    for table in ("crime_types", "location_types"):
        keys = [code_key(name) for name in getattr(mapping, table)]
        if len(set(keys)) < len(keys):
            yield f"{table}: expected each once, whatever its case"
    for name, counts in mapping.crime_types.items():
        if not isinstance(counts.harm_days, int | float) or counts.harm_days < 0:
            yield f"crime_types.{name}.harm_days: expected days, 0 or more"
        flags = (counts.is_serious_violence, counts.is_police_generated)
        if not all(isinstance(flag, bool) for flag in flags):
            yield f"crime_types.{name}: expected true or false"
    if not any(counts.is_serious_violence for counts in mapping.crime_types.values()):
        yield "crime_types: expected one that is serious violence, or no place is hot"


def code_key(code: str) -> str:
    """A code as it is compared, like `ops.code_key`: trimmed and without case."""
    return code.strip(" \t\r\n\u00a0").upper()


def _is_exact(code: int) -> bool:
    import pyproj
    from pyproj.exceptions import CRSError

    from rasure.geography.coordinates import exact_system

    if not isinstance(code, int):
        return False
    try:
        crs = pyproj.CRS.from_epsg(code)
    except CRSError:
        return False
    return crs.area_of_use is not None and exact_system(crs) is not None
