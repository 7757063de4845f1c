"""Row rules follow from the forms of the fields, in any force's words."""

from __future__ import annotations

import re
from ast import literal_eval
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import pytest

from rasure.sources import get
from rasure.sources.niche_rms import mapping as mappings
from rasure.sources.niche_rms.contract import source_of
from rasure.sources.niche_rms.entities import ENTITIES
from rasure.sources.niche_rms.terms import TERMS
from rasure.transform.dbt import PROJECT
from tests.niche_files import lines, row


def reasons(force: str, entity: str, /, **changes) -> list[str]:
    """The reasons for which a row with these values is at fault; '' is nothing."""
    kind = source_of(force).kinds[entity]
    mapped = mappings.load(force)
    built = row(entity, 1, **changes)
    _, text = lines(mapped, entity, [built])
    values = {
        column.name: value or None
        for column, value in zip(kind.columns, text.split(","), strict=True)
    }
    columns = ", ".join(f"${name}::varchar as {name}" for name in values)
    derived = "".join(f", {sql} as {name}" for name, sql in kind.derived.items())
    verdicts = duckdb.execute(
        "select "
        + ", ".join(f"coalesce({rule.violated}, false)" for rule in kind.rules)
        + f" from (select *{derived} from (select {columns}))",
        values,
    ).fetchone()
    return [
        rule.reason for rule, is_bad in zip(kind.rules, verdicts, strict=True) if is_bad
    ]


@pytest.mark.parametrize("force", sorted(mappings.known_forces()))
@pytest.mark.parametrize("entity", sorted(set(ENTITIES) - {"deletions"}))
def test_a_row_with_what_is_required_keeps_every_rule(force, entity):
    assert reasons(force, entity) == []


@pytest.mark.parametrize(
    ("entity", "changes", "message"),
    [
        ("persons", {"person_id": "12a"}, "Id: expected an id of the mapping's"),
        ("persons", {"person_id": "1" * 26}, "Id: expected an id of the mapping's"),
        ("persons", {"person_id": None}, "Id: expected a value, found none"),
        ("persons", {"modified_at": None}, "modtime: expected a value, found none"),
        ("persons", {"modified_at": "2026-01-01"}, "modtime: expected a time written"),
        ("persons", {"modified_at": "01/02/26 10:00:00"}, "modtime: expected a time"),
        ("persons", {"modified_at": "31/02/2026 10:00:00"}, "modtime: expected a time"),
        ("persons", {"date_of_birth": "1/13/2000"}, "DateOfBirthG: expected a day"),
        ("persons", {"is_birth_date_estimated": "perhaps"}, "expected Y or N"),
        ("addresses", {"x": "51.7 N"}, "XCoordinateG: expected a number, found some"),
        ("addresses", {"y": "nan"}, "YCoordinateG: expected a number, found some"),
        ("classifications", {"sequence": "1.5"}, "SequenceNo: expected a whole"),
        ("occurrences", {"occurrence_number": "1"}, "OccurrenceFileNo: expected a num"),
        ("involvements", {"roles": None}, "Classification: expected a value"),
    ],
)
def test_a_value_that_cannot_be_typed_is_at_fault(entity, changes, message):
    reasons_given = reasons("thames-valley", entity, **changes)
    assert len(reasons_given) == 1
    assert message in reasons_given[0]
    assert not any(
        str(value) in reasons_given[0] for value in changes.values() if value
    )


@pytest.mark.parametrize(
    ("entity", "changes"),
    [
        ("involvements", {"roles": ["victim", "ZZZ"]}),
        ("flags", {"flag": "a code that nobody knows"}),
        ("classifications", {"recorded_class": "999Z"}),
        ("occurrences", {"incident_number": "no pattern at all"}),
        ("addresses", {"x": "-12345.5", "y": "0"}),
        ("persons", {"modified_at": datetime(2025, 3, 30, 1, 30, tzinfo=UTC)}),
    ],
)
def test_unmapped_codes_and_odd_but_typed_values_are_no_fault(entity, changes):
    assert reasons("thames-valley", entity, **changes) == []


def test_only_a_field_that_a_record_can_do_without_is_emptied():
    for force in mappings.known_forces():
        for name, kind in source_of(force).kinds.items():
            required = {f.name for f in ENTITIES[name].fields if f.is_indispensable}
            emptied = {column for rule in kind.rules for column in rule.empties}
            assert not emptied & required
            assert kind.key is None or kind.key in required


def test_a_deletion_names_a_file_of_the_mapping():
    assert reasons("hampshire", "deletions", entity="involvements") == []
    kind = get("niche_rms").of_force("hampshire").kinds["deletions"]
    (rule,) = (r for r in kind.rules if "name of a file" in r.reason)
    query = f"select {rule.violated} from (select 'GPerson' as entity)"
    assert duckdb.execute(query).fetchone() == (True,)
    assert kind.whole


def test_columns_may_come_in_any_order_but_all():
    kind = source_of("thames-valley").kinds["units"]
    assert kind.headers == ["Id", "NameG", "ESAreaLevel2G", "modtime"]
    other = ["modtime", "Id", "ESAreaLevel2G", "NameG"]
    assert kind.as_in(other).headers == other
    assert kind.as_in(other).columns[0].name == "modified_at"
    for header in (other[:3], [*other, "More"], ["Id", "Id", "NameG", "modtime"]):
        assert kind.as_in(header) is kind
    fixed = replace(kind, in_any_order=False)
    assert fixed.as_in(fixed.headers[::-1]) is fixed


def test_case_and_blanks_make_no_other_header():
    kind = source_of("thames-valley").kinds["units"]
    header = ["ID", " nameg", "ESAreaLevel2G ", "ModTime"]
    assert kind.as_in(header).headers == header
    names = [column.name for column in kind.as_in(header).columns]
    assert names == [column.name for column in kind.columns]
    assert kind.as_in(["Id", "id", "NameG", "modtime"]) is kind


def test_a_column_that_may_be_absent_is_left_out_with_its_rules():
    kind = source_of("thames-valley").kinds["addresses"]
    columns = [
        replace(column, may_be_absent=column.name == "y") for column in kind.columns
    ]
    kind = replace(kind, columns=tuple(columns))
    header = [column.header for column in columns if column.name != "y"]
    short = kind.as_in(header)
    assert short.headers == header
    left_out = {rule.reason for rule in kind.rules} - {
        rule.reason for rule in short.rules
    }
    assert left_out == {"YCoordinateG: expected a number, found something else"}
    assert kind.as_in(kind.headers).rules == kind.rules
    assert kind.as_in(header[:-1]) is kind  # another one is missing


def test_what_protects_is_read_of_rows_in_quarantine():
    """Landing keeps the codes that the models ask for (macro `niche_says_open`)."""
    macros = (PROJECT / "macros" / "niche_staging.sql").read_text()
    written = re.search(r"set codes = (\{.*?\n    \})\.get\(entity", macros, re.DOTALL)
    asked_codes = literal_eval(written[1])
    asked = {
        entity: {column: code["terms"] for column, code in codes.items()}
        for entity, codes in asked_codes.items()
    }
    protective = {
        name: {field.name: field.terms for field in entity.fields if field.terms}
        for name, entity in ENTITIES.items()
    }
    for force in mappings.known_forces():
        for name, kind in source_of(force).kinds.items():
            codes = asked.get(name, {})
            assert sorted(kind.protective) == sorted(codes)
            assert codes.items() <= protective[name].items()
    for codes in asked_codes.values():
        for code in codes.values():
            assert code["open"] in TERMS[code["terms"]]
