"""A warehouse of its own with three forces built, for the tests of geography."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import typer

from rasure import geography
from rasure.database import connect
from rasure.geography import commands

INSTITUTION_AREAS = {
    "HMP Bullingdon": "Cherwell & West Oxfordshire",
    "HMP Grendon": "Aylesbury Vale",
    "HMP Spring Hill": "Aylesbury Vale",
    "HMP Woodhill": "Milton Keynes",
    "HMP Huntercombe": "South Oxfordshire & Vale of White Horse",
    "HMP/YOI Aylesbury": "Aylesbury Vale",
    "John Radcliffe Hospital": "Oxford",
    "Horton General Hospital": "Cherwell & West Oxfordshire",
    "Royal Berkshire Hospital": "Reading",
    "Wexham Park Hospital": "Slough",
    "Stoke Mandeville Hospital": "Aylesbury Vale",
    "Milton Keynes University Hospital": "Milton Keynes",
    "Wycombe Hospital": "Wycombe",
    "Prospect Park Hospital": "Reading",
    "Broadmoor Hospital": "Bracknell & Wokingham",
    "Littlemore Mental Health Centre": "Oxford",
}


@contextmanager
def scratch_warehouse(cluster) -> Iterator[psycopg.Connection]:
    """A connection to a database of its own in `cluster`, dropped after the test.

    RASURE_DATABASE_URL names it for as long.
    """
    name = f"geography_{uuid.uuid4().hex[:8]}"
    with cluster.admin() as admin:
        admin.execute(f"create database {name} template rasure owner rasure")
    try:
        with pytest.MonkeyPatch.context() as patch:
            url = cluster.url(name, "rasure", cluster.password)
            patch.setenv("RASURE_DATABASE_URL", url)
            with connect() as connection:
                yield connection
    finally:
        with cluster.admin() as admin:
            admin.execute(f"drop database {name} with (force)")


@contextmanager
def three_forces(cluster) -> Iterator[psycopg.Connection]:
    """A connection to a warehouse with Thames Valley, London and West Yorkshire."""
    with scratch_warehouse(cluster) as connection:
        for force in ("thames-valley", "city-of-london", "west-yorkshire"):
            geography.build(connection, force)
        yield connection
        connection.rollback()


def command_line() -> typer.Typer:
    """The `geography` commands as an app of their own."""
    app = typer.Typer(pretty_exceptions_enable=False)
    commands.register(app)
    return app


def one(connection: psycopg.Connection, query: str, *parameters):
    """The single value that `query` gives."""
    return connection.execute(query, parameters).fetchone()[0]


def snapshot(connection: psycopg.Connection, force: str) -> dict[str, str]:
    """A digest of every row that a build of `force` writes, by table."""
    tables = {
        "forces": "force, force_name, area_km2, geom",
        "districts": "district_code, district_name, geom",
        "areas": "area_id, area_set, area, valid_from, valid_to, geom",
        "hexagons": "hexagon_id, i, j, area_id, area_km2, geom, centroid",
        "institutions": "institution_id, name, kind, source, radius_m, geom",
    }
    digests = {
        table: one(
            connection,
            "select md5(string_agg(md5(row_text), '' order by row_text)) from ("
            f"  select row({columns})::text as row_text from geo.{table}"
            "  where force = %s) as rows",
            force,
        )
        for table, columns in tables.items()
    }
    digests["area_lsoas"] = one(
        connection,
        "select md5(string_agg(area_lsoas::text, '' order by area_lsoas::text))"
        " from geo.area_lsoas inner join geo.areas using (area_id) where force = %s",
        force,
    )
    return digests
