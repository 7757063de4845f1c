"""Tables of the records-management source, and a mapping written to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rasure.sources.niche_rms import mapping as mappings
from rasure.sources.niche_rms.contract import PROTECTIVE_TERMS
from rasure.sources.niche_rms.entities import ENTITIES
from rasure.sources.niche_rms.graph import records, references
from rasure.sources.niche_rms.mapping_tables import datestyle, template, write_mapping

PLACE = ["load_id", "file_id", "row_number"]


def columns(connection, schema: str, table: str) -> list[tuple[str, str]]:
    return connection.execute(
        "select column_name, data_type from information_schema.columns"
        " where table_schema = %s and table_name = %s order by ordinal_position",
        (schema, table),
    ).fetchall()


def test_each_entity_has_its_raw_and_its_quarantine_table(connection):
    quarantine = columns(connection, "quarantine", "police_uk_street")
    quarantine.append(("record_id", "text"))
    for name, entity in ENTITIES.items():
        raw = columns(connection, "raw", f"niche_{name}")
        place = [(column, "integer") for column in PLACE]
        assert raw[: len(place)] == place
        # A column that came later stands at the end of the table.
        assert sorted(raw[len(place) :]) == sorted(
            [("emptied_fields", "text")]
            + [(field.name, "text") for field in entity.fields]
        )
        protective = [
            (field.name, "text")
            for field in entity.fields
            if field.terms in PROTECTIVE_TERMS
        ]
        held = columns(connection, "quarantine", f"niche_{name}")
        assert sorted(held) == sorted(quarantine + protective)


def test_each_record_is_found_by_its_load_and_its_ids(connection):
    for entity in records():
        rows = connection.execute(
            "select attname from pg_attribute"
            " where attrelid = %s::regclass order by attnum",
            (f"raw.niche_{entity.name}_places",),
        ).fetchall()
        ids = {entity.key, *(r.column for r in references(entity.name))}
        assert rows[0] == ("load_id",)
        assert {name for (name,) in rows[1:]} == ids


def test_no_raw_table_is_left_over(connection):
    rows = connection.execute(
        "select table_name from information_schema.tables"
        " where table_schema = 'raw' and table_name like 'niche%%'"
    ).fetchall()
    assert {table for (table,) in rows} == {f"niche_{name}" for name in ENTITIES}


def test_a_mapping_is_written_once_and_again_when_it_changes(connection):
    mapping = mappings.load("thames-valley")
    write_mapping(connection, mapping)
    written = "select * from ops.niche_mappings"
    before = connection.execute(written).fetchall()
    assert before[0][:9] == (
        "thames-valley",
        "Europe/London",
        "ISO, DMY",
        "DD/MM/YYYY HH24:MI:SS",
        "DD/MM/YYYY",
        "Y",
        "N",
        ";",
        100,
    )
    write_mapping(connection, mapping)
    assert connection.execute(written).fetchall() == before
    roles = {"SUS": "suspect", "CHG": "charged"}
    write_mapping(connection, replace(mapping, terms={"roles": roles}))
    assert connection.execute(written).fetchall() != before
    rows = connection.execute(
        "select terms_table, code, term from ops.niche_terms order by code"
    ).fetchall()
    assert rows == [("roles", "CHG", "charged"), ("roles", "SUS", "suspect")]


def test_forces_do_not_meet(connection):
    for force in ("thames-valley", "hampshire"):
        write_mapping(connection, mappings.load(force))
    rows = connection.execute(
        "select force, count(*) from ops.niche_default_points group by 1 order by 1"
    ).fetchall()
    assert rows == [("hampshire", 2), ("thames-valley", 3)]


@pytest.mark.parametrize(
    ("form", "written", "style"),
    [
        ("%d/%m/%Y %H:%M:%S", "1/2/2026 03:04:05", "ISO, DMY"),
        ("%Y-%m-%dT%H:%M:%S", "2026-02-01T03:04:05", "ISO, YMD"),
        ("%m/%d/%Y %H.%M.%S", "02/01/2026 03.04.05", "ISO, MDY"),
    ],
)
def test_postgresql_reads_times_as_the_mapping_writes_them(
    connection, form, written, style
):
    assert datestyle(form) == style
    (read,) = connection.execute(
        "select to_timestamp(%s, %s)::timestamp", (written, template(form))
    ).fetchone()
    assert f"{read:%Y-%m-%d %H:%M:%S}" == "2026-02-01 03:04:05"


def test_a_hash_tells_force_entity_and_id_apart(connection):
    (same, other) = connection.execute(
        "select ops.niche_hash('a', 'persons', '1')"
        " = sha256(convert_to('a|persons|1', 'UTF8')),"
        " ops.niche_hash('a', 'persons', '1') = ops.niche_hash('b', 'persons', '1')"
    ).fetchone()
    assert (same, other) == (True, False)
