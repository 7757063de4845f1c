"""A force's mapping is checked: a wrong one is refused with the place of the fault."""

import pytest

from rasure.sources.niche_rms import mapping
from rasure.sources.niche_rms.entities import ENTITIES
from rasure.sources.niche_rms.terms import TERMS


def altered(tmp_path, old: str, new: str):
    text = (mapping.FOLDER / "thames-valley.toml").read_text()
    assert text.count(old) == 1
    path = tmp_path / "thames-valley.toml"
    path.write_text(text.replace(old, new))
    return path


@pytest.mark.parametrize("force", sorted(mapping.known_forces()))
def test_every_column_and_every_term_has_a_word(force):
    mapped = mapping.load(force)
    assert set(mapped.entities) == set(ENTITIES)
    for name, entity in ENTITIES.items():
        columns = set(mapped.entities[name].columns)
        optional = {field.name for field in entity.fields if field.may_be_absent}
        assert columns | optional == {field.name for field in entity.fields}
    for table, terms in TERMS.items():
        assert set(mapped.terms[table].values()) == set(terms)


def test_fields_name_tables_of_terms_that_exist():
    tables = {f.terms for e in ENTITIES.values() for f in e.fields if f.terms}
    assert tables == set(TERMS)


def test_a_code_is_found_by_its_term():
    mapped = mapping.load("thames-valley")
    assert mapped.code("roles", "charged") == "CHG"
    assert mapped.by_file["GOccIvGPerson"].name == "involvements"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('SUS = "suspect"', 'SUS = "guilty"', "terms.roles.SUS: expected one of"),
        ('roles = "Classification"\ncreated_at', "created_at", "roles: it is required"),
        ('mo_text = "MOText"', 'mo = "MOText"', "columns.mo: there is no such column"),
        ('file = "GPersonName"', 'file = "GPerson"', "a file of its own"),
        ('mo_text = "MOText"', 'mo_text = "Id"', "each header once"),
        ('clock = "Europe/London"\n', "", "'clock'"),
        ("[terms.roles]", "[terms.rolls]", "no such table of terms"),
        ('force = "thames-valley"', "force", "is not TOML"),
        ("id = '[0-9]{16,25}'", "id = '[0-9'", "identifiers.id: expected a regular"),
        ("%d/%m/%Y %H:%M:%S", "%d/%m/%y %H:%M", "format.instant: expected each of"),
        ('day = "%d/%m/%Y"', 'day = "%d/%m"', "format.day: expected each of"),
        ('"cp1252"', '"cp850"', "format.encoding: expected cp1252 or utf-8"),
        ("Europe/London", "Europe/Reading", "format.clock: expected a time zone"),
        ('no = "N"', 'no = "Y"', "a yes that is not its no"),
    ],
)
def test_a_wrong_mapping_is_refused_with_the_place(tmp_path, old, new, message):
    with pytest.raises(mapping.MappingWrong) as refused:
        mapping.read(altered(tmp_path, old, new))
    assert message in str(refused.value)
    assert "thames-valley.toml" in str(refused.value)


def test_what_a_mapping_leaves_out_has_a_default(tmp_path):
    text = (mapping.FOLDER / "thames-valley.toml").read_text()
    entities = text[text.index("[entities.occurrences]") :]
    path = tmp_path / "testshire.toml"
    path.write_text(f'force = "testshire"\n[format]\nclock = "Asia/Tokyo"\n{entities}')
    mapped = mapping.read(path)
    assert (mapped.format.encoding, mapped.format.coordinate_scale) == ("utf-8", 1)
    assert (mapped.format.yes, mapped.format.no) == ("Y", "N")
    assert mapped.identifiers["id"] == "[0-9]{1,25}"
    assert mapped.default_points == ()


def test_a_force_without_a_mapping_is_refused_with_those_there_are():
    with pytest.raises(mapping.MappingWrong, match="thames-valley"):
        mapping.load("nowhere")
