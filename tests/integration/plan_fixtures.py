"""A designated place with its marts, by their contracts, and the words of a PDF."""

from __future__ import annotations

import re
import zlib
from datetime import date

import psycopg

from rasure.places import designate
from rasure.places.definition import Definition
from tests import contracts

COVERAGE = Definition.load(coverage_percent=0.3)  # three hexagons
MONTHS = ["2025-01", "2025-02", "2025-03", "2025-04"]
LAST_DAY = date(2025, 4, 30)

MARTS = ("hot_places", "place_months", "place_counts", "place_profile", "hot_times")


def designated(force, is_day_dated: bool, place_name: str = "High Street") -> str:
    """Plant and designate; the marts know the hottest hexagon, which is returned.

    It has rank 7: hotter places, with fewer months of crime, are not designated.
    """
    hot = force.hexagon(2000, 2000)
    for colder, hexagon_id in enumerate([hot, *force.neighbours(hot)[:2]]):
        force.plant(hexagon_id, MONTHS, 9 - colder)
    connection = force.connection
    designate(connection, force.name, definition=COVERAGE)
    contracts.create_table(connection, "core.dim_force")
    for mart in MARTS:
        contracts.create_table(connection, f"marts.{mart}")
    contracts.insert(
        connection,
        "core.dim_force",
        force=force.name,
        is_day_dated=is_day_dated,
        data_from="2025-01-01",
        data_as_at="2025-05-01 03:00+00",
    )
    place = {
        "force": force.name,
        "force_name": "Borchester Police",
        "area": "Vale",
        "place_name": place_name,
        "main_reason": "36 serious violence crimes in 4 of 4 months.",
        "crimes": 36,
        "crimes_recent": 27,
        "crimes_previous": 9,
        "months_observed": 6,
    }
    elsewhere = force.hexagon(4000, 4000)
    for rank, hexagon_id in ((7, hot), (8, elsewhere)):
        contracts.insert(
            connection, "marts.hot_places", **place, hexagon_id=hexagon_id, rank=rank
        )
    for crime_type, is_serious_violence, crimes in (
        ("Violence and sexual offences", True, 36),
        ("Shoplifting", False, 90),
    ):
        contracts.insert(
            connection,
            "marts.place_months",
            hexagon_id=hot,
            crime_type=crime_type,
            is_serious_violence=is_serious_violence,
            crimes=crimes,
        )
    return hot


def count(
    connection: psycopg.Connection, hexagon_id: str, window: str, **columns
) -> None:
    """What the mart counts at a hexagon in a patrol window; nothing unless given."""
    row = {
        "crimes_by_type": "{}",
        "crimes_28_days": 0,
        "crimes_28_days_before": 0,
        "crimes_28_days_year_before": 0,
        "crimes_12_months": 0,
        "crimes_12_months_before": 0,
        "crimes_six_years": 0,
        **columns,
    }
    contracts.insert(
        connection,
        "marts.place_counts",
        force=hexagon_id.split(":")[0],
        hexagon_id=hexagon_id,
        patrol_window=window,
        counted_to=LAST_DAY,
        **row,
    )


def week(
    connection: psycopg.Connection, level: str, subject_id: str, force: str
) -> None:
    """A week in which all happens on Monday from 00:00 to 00:59."""
    connection.execute(
        "insert into marts.hot_times (force, level, subject_id, subject, hour_of_week,"
        " known_time_events, unknown_time_events, expected_share)"
        " select %s, %s, %s, initcap(%s), hour, 40, 3, (hour = 0)::integer"
        " from generate_series(0, 167) as hour",
        (force, level, subject_id, level),
    )


def words(pdf: bytes) -> str:
    """What a PDF of the browser says, glyph by glyph as its fonts are mapped."""
    letters: dict[str, str] = {}
    contents = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            text = zlib.decompress(stream).decode("latin-1")
        except zlib.error:
            continue
        if "begincmap" in text:
            letters |= _letters(text)
        elif " Tj" in text:
            contents.append(text)
    glyphs = re.findall(r"<([0-9A-F]+)> Tj|(ET)\b", "\n".join(contents))
    return "".join(
        "\n"
        if end
        else "".join(letters.get(run[at : at + 4], "?") for at in range(0, len(run), 4))
        for run, end in glyphs
    )


def _letters(cmap: str) -> dict[str, str]:
    letters = {}
    for block in re.findall(r"beginbfchar\n(.*?)endbfchar", cmap, re.S):
        for glyph, code in re.findall(r"<(\w{4})> <(\w{4})>", block):
            letters[glyph] = chr(int(code, 16))
    for block in re.findall(r"beginbfrange\n(.*?)endbfrange", cmap, re.S):
        for row in re.findall(r"<(\w{4})> <(\w{4})> <(\w{4})>", block):
            first, last, code = (int(number, 16) for number in row)
            for glyph in range(first, last + 1):
                letters[f"{glyph:04X}"] = chr(code + glyph - first)
    return letters
