"""Names, identifiers and rules: what is made of them before anything is compared."""

from __future__ import annotations

import duckdb
import pytest

from rasure.linkage.errors import RulesRejected
from rasure.linkage.identifiers import MACROS
from rasure.linkage.names import comparable, skeleton
from rasure.linkage.rules import Rules


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("Zoë", "zoe"),
        ("O\u2019Neill", "oneill"),
        ("ŁUKASZ", "lukasz"),
        ("Strauß", "strauss"),
        ("Ægir", "aegir"),
        ("\ufb01nn", "finn"),
        ("Anne-Marie", "annemarie"),
    ],
)
def test_a_name_is_plain_without_its_accents_and_signs(written, word):
    assert comparable([written], is_forename=True).word == word


@pytest.mark.parametrize(
    "spellings",
    [
        ("mohammed", "muhammad", "mohamad"),
        ("yusuf", "youssef", "yousuf"),
        ("muller", "mueller"),
        ("aleksandr", "alexander", "aleksander"),
        ("hussain", "hussein", "husayn"),
        ("sheikh", "shaikh"),
        ("thomas", "tomasz"),
        ("philip", "filip"),
    ],
)
def test_romanisations_of_one_name_have_one_skeleton(spellings):
    assert len({skeleton(name) for name in spellings}) == 1


def test_other_names_have_other_skeletons():
    names = ["hassan", "hamid", "smith", "jones", "kowalski", "popescu", "singh"]
    assert len({skeleton(name) for name in names}) == len(names)


def test_a_short_name_stands_for_each_of_its_formal_names():
    names = comparable(["Chris"], is_forename=True)
    assert {"chris", "christopher", "christine"} <= set(names.forms)
    assert comparable(["Chris"], is_forename=False).forms == ("chris",)


def test_a_compound_name_has_its_parts_but_no_particle():
    names = comparable(["van der Berg", "Berg-Ali"], is_forename=False)
    assert names.word == "vanderberg"
    assert names.words == ("bergali", "vanderberg")
    assert names.forms == ("ali", "berg", "bergali", "vanderberg")


def test_a_name_without_a_letter_is_none():
    assert comparable(["  ", "??", "-"], is_forename=True).word is None


@pytest.mark.parametrize(
    ("macro", "written", "read"),
    [
        ("pnc", "97/123456R", "97/123456R"),
        ("pnc", "1997/0123456r", "97/123456R"),
        ("pnc", " 1997 / 0123456 R", "97/123456R"),
        ("pnc", "970123456R", "97/123456R"),
        ("pnc", "19970123456R", "97/123456R"),
        ("pnc", "PNC ID: 97-123456R", "97/123456R"),
        ("pnc", "0123456789", "123456789"),
        ("pnc", "unknown", None),
        ("pnc", "00000000", None),
        ("cro", "012345/97A", "12345/97A"),
        ("cro", " 12345 / 1997a", "12345/97A"),
        ("cro", "01234597A", "12345/97A"),
        ("cro", "SF97/012345x", "SF97/12345X"),
        ("cro", "sf 1997/12345 X", "SF97/12345X"),
        ("cro", "none", None),
        ("postcode", "ox1 2ab", "OX12AB"),
        ("postcode", "no fixed abode", None),
        ("contact", "+44 (0)7700 900123", "7700900123"),
        ("contact", "07700900123", "7700900123"),
        ("contact", "Someone@Example.org ", "someone@example.org"),
        ("contact", "999", None),
    ],
)
def test_an_identifier_has_one_form(macro, written, read):
    with duckdb.connect() as duck:
        duck.execute(MACROS)
        assert duck.execute(f"select {macro}(?)", [written]).fetchall() == [(read,)]


@pytest.mark.parametrize(
    ("macro", "written", "is_valid"),
    [
        ("pnc", "1979/0163001B", True),  # the published example
        ("pnc", "79/163001B", True),
        ("pnc", "79/163001C", False),
        ("pnc", "79/163010B", False),
        ("pnc", "79/163001", False),
        ("pnc", "00/0Z", False),
        ("cro", "12345/97A", True),
        ("cro", "12346/97A", False),
        ("cro", "12345/97", False),
        ("cro", "000000/00Z", False),
    ],
)
def test_a_number_is_valid_by_its_check_letter(macro, written, is_valid):
    with duckdb.connect() as duck:
        duck.execute(MACROS)
        query = f"select is_{macro}({macro}(?))"
        assert duck.execute(query, [written]).fetchall() == [(is_valid,)]


def test_the_shipped_rules_are_within_their_limits():
    rules = Rules.load()
    assert (rules.merge, rules.review, rules.cluster_alarm) == (0.99, 0.80, 15)
    assert rules.version


def test_a_figure_out_of_its_limits_is_refused():
    with pytest.raises(RulesRejected, match=r"merge is 1.5; it must be from 0.5 to 1"):
        Rules.load(merge=1.5)
    with pytest.raises(RulesRejected, match="review must not be above merge"):
        Rules.load(merge=0.9, review=0.95)


def test_an_unknown_or_missing_figure_is_refused(tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text('version = "1"\n[thresholds]\nmerge = 0.9\nmerges = 0.9\n')
    with pytest.raises(RulesRejected, match="merges"):
        Rules.load(file)
