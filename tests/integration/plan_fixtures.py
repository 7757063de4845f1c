"""A designated place with its marts, as dbt leaves them, and the words of a PDF."""

from __future__ import annotations

import re
import zlib
from datetime import date, timedelta

import psycopg

from rasure.places import designate
from rasure.places.definition import Definition

COVERAGE = Definition.load(coverage_percent=0.3)  # three hexagons
MONTHS = ["2025-01", "2025-02", "2025-03", "2025-04"]
LAST_DAY = date(2025, 4, 30)

MARTS = """
    create schema marts;
    create table core.dim_force (
        force text, is_day_dated boolean, data_from date, data_as_at timestamptz
    );
    create table marts.hot_places (
        force text, force_name text, hexagon_id text, area text, place_name text,
        main_reason text, crimes integer, crimes_recent integer,
        crimes_previous integer, months_observed integer
    );
    create table marts.place_months (
        hexagon_id text, crime_type text, is_serious_violence boolean, crimes integer
    );
    create table marts.place_counts (force text, counted_to date);
    create table marts.place_profile (hexagon_id text, peak_hours text);
    create table marts.hot_times (
        force text, level text, subject_id text, subject text, hour_of_week smallint,
        known_time_events integer, unknown_time_events integer,
        expected_share double precision
    );
    create table marts.crimes (
        force text, hexagon_id text, crime_type text, is_knife_enabled boolean,
        is_in_place_scope boolean, is_time_known boolean, patrol_window text,
        month date, operational_date date
    );
"""


def designated(force, is_day_dated: bool, place_name: str = "High Street") -> str:
    """Plant and designate; the marts know the hottest hexagon, which is returned."""
    hot = force.hexagon(2000, 2000)
    for colder, hexagon_id in enumerate([hot, *force.neighbours(hot)[:2]]):
        force.plant(hexagon_id, MONTHS, 9 - colder)
    connection = force.connection
    designate(connection, force.name, definition=COVERAGE)
    connection.execute(MARTS)
    connection.execute(
        "insert into core.dim_force values"
        " (%s, %s, '2025-01-01', '2025-05-01 03:00+00')",
        (force.name, is_day_dated),
    )
    connection.execute(
        "insert into marts.hot_places values (%s, 'Borchester Police', %s, 'Vale', %s,"
        " '36 serious violence crimes in 4 of 4 months.', 36, 27, 9, 6)",
        (force.name, hot, place_name),
    )
    connection.execute(
        "insert into marts.place_months values"
        " (%(hot)s, 'Violence and sexual offences', true, 36),"
        " (%(hot)s, 'Shoplifting', false, 90)",
        {"hot": hot},
    )
    connection.execute(
        "insert into marts.place_counts values (%s, %s)", (force.name, LAST_DAY)
    )
    return hot


def crime(
    connection: psycopg.Connection, hexagon_id: str, days_ago: int, **columns
) -> None:
    """A crime in the mart, so many operational days before the last."""
    day = LAST_DAY - timedelta(days=days_ago)
    row = {
        "force": hexagon_id.split(":")[0],
        "hexagon_id": hexagon_id,
        "crime_type": "Grievous bodily harm",
        "is_knife_enabled": False,
        "is_in_place_scope": True,
        "is_time_known": True,
        "patrol_window": "night",
        "month": date(2025, 1, 1),
        "operational_date": day,
        **columns,
    }
    connection.execute(
        f"insert into marts.crimes ({', '.join(row)})"
        f" values ({', '.join(['%s'] * len(row))})",
        list(row.values()),
    )


def week(
    connection: psycopg.Connection, level: str, subject_id: str, force: str
) -> None:
    """A week in which all happens on Monday from 00:00 to 00:59."""
    connection.execute(
        "insert into marts.hot_times select %s, %s, %s, initcap(%s), hour, 40, 3,"
        " (hour = 0)::integer from generate_series(0, 167) as hour",
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
    found = {}
    for block in re.findall(r"beginbfchar\n(.*?)endbfchar", cmap, re.S):
        for glyph, code in re.findall(r"<(\w{4})> <(\w{4})>", block):
            found[glyph] = chr(int(code, 16))
    for block in re.findall(r"beginbfrange\n(.*?)endbfrange", cmap, re.S):
        for row in re.findall(r"<(\w{4})> <(\w{4})> <(\w{4})>", block):
            first, last, code = (int(number, 16) for number in row)
            for glyph in range(first, last + 1):
                found[f"{glyph:04X}"] = chr(code + glyph - first)
    return found
