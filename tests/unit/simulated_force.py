"""A small simulated force, read back as anyone would read its delivery."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import duckdb

from rasure.sources.niche_rms.mapping import Mapping, load

MAPPING = load("thames-valley")


def delivered(
    delivery: Path, entity: str, mapping: Mapping = MAPPING
) -> list[dict[str, str]]:
    """The rows of an entity's file by our column names, every value as text."""
    mapped = mapping.entities[entity]
    path = delivery / f"{mapped.file}.csv"
    with path.open(encoding=mapping.format.encoding, newline="") as lines:
        ours = {header: name for name, header in mapped.columns.items()}
        return [
            {ours[header]: value for header, value in row.items()}
            for row in csv.DictReader(lines)
        ]


def truth(out: Path, table: str) -> list[dict]:
    """The rows of a table of the truth."""
    path = out / "truth" / f"{table}.parquet"
    with duckdb.connect() as connection:
        cursor = connection.execute("select * from read_parquet(?)", [str(path)])
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def manifest(delivery: Path) -> dict:
    """The manifest of a delivery."""
    return json.loads((delivery / "manifest.json").read_text())


def instant(text: str) -> datetime:
    """A wall-clock time as Thames Valley writes it."""
    return datetime.strptime(text, "%d/%m/%Y %H:%M:%S")


def files(delivery: Path) -> set[str]:
    """The entities that a delivery has."""
    return {
        MAPPING.by_file[file["path"].removesuffix(".csv")].name
        for file in manifest(delivery)["files"]
    }
