"""A force's mapping as tables, for the models that type its rows and name its codes.

`ops.niche_mappings`, `ops.niche_terms` and `ops.niche_default_points` are copies of
`config/niche_rms/<force>.toml`; they are written again when the file has changed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

import psycopg

from rasure.sources.niche_rms.mapping import Mapping, known_forces, load

LETTERS = {
    "Y": "YYYY",
    "m": "MM",
    "d": "DD",
    "H": "HH24",
    "M": "MI",
    "S": "SS",
}


def write_landed_mappings(connection: psycopg.Connection) -> None:
    """Write the mapping of every force of which an extract has landed."""
    forces = connection.execute(
        "select distinct force from ops.delivery_files join ops.deliveries"
        " using (load_id) where source = 'niche_rms' order by force"
    ).fetchall()
    for (force,) in forces:
        if force in known_forces():
            write_mapping(connection, load(force))


def write_mapping(connection: psycopg.Connection, mapping: Mapping) -> None:
    """Write a force's mapping in one transaction, unless the tables hold it already."""
    formats, mapping_digest = mapping.format, digest(mapping)
    values = {
        "force": mapping.force,
        "clock": formats.clock,
        "datestyle": datestyle(formats.instant),
        "instant_template": template(formats.instant),
        "day_template": template(formats.day),
        "yes": formats.yes,
        "no": formats.no,
        "separator": formats.separator,
        "coordinate_scale": formats.coordinate_scale,
        "stand_in_days": "{" + ",".join(map(str, formats.stand_in_days)) + "}",
        "digest": mapping_digest,
    }
    with connection.transaction():
        connection.execute(
            "select pg_advisory_xact_lock(hashtext('ops.niche_mappings'))"
        )
        if connection.execute(
            "select 1 from ops.niche_mappings where force = %s and digest = %s",
            (mapping.force, mapping_digest),
        ).fetchone():
            return
        connection.execute(
            "delete from ops.niche_mappings where force = %s", (mapping.force,)
        )
        connection.execute(
            f"insert into ops.niche_mappings ({', '.join(values)}) values"
            f" ({', '.join(f'%({name})s' for name in values)})",
            values,
        )
        _write_rows(connection, mapping)


def _write_rows(connection: psycopg.Connection, mapping: Mapping) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.niche_terms (force, terms_table, code, term)"
            " values (%s, %s, ops.code_key(%s), %s) on conflict do nothing",
            [
                (mapping.force, table, code, term)
                for table, codes in mapping.terms.items()
                for code, term in codes.items()
            ],
        )
        cursor.executemany(
            "insert into ops.niche_default_points (force, x, y, label)"
            " values (%s, %s, %s, %s)",
            [
                (mapping.force, point.x, point.y, point.label)
                for point in mapping.default_points
            ],
        )


def digest(mapping: Mapping) -> str:
    """A digest of the content of a mapping."""
    content = json.dumps(asdict(mapping), sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def template(form: str) -> str:
    """PostgreSQL's template for a format of strptime: '%d/%m/%Y' is 'DD/MM/YYYY'.

    Text between the fields is quoted, so that no letter in it becomes a pattern.
    """
    parts = form.split("%")
    built = _quoted(parts[0])
    for part in parts[1:]:
        built += LETTERS[part[0]] + _quoted(part[1:])
    return built


def _quoted(text: str) -> str:
    return f'"{text}"' if any(letter.isalnum() for letter in text) else text


def datestyle(form: str) -> str:
    """The `datestyle` with which PostgreSQL casts texts of this format correctly."""
    order = "".join(letter for letter in form if letter in "Ymd")
    return "ISO, " + order.upper()
