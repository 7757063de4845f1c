"""What each schema holds of a deleted person after the landing of the deletion."""

from __future__ import annotations

import pytest

from rasure.linkage import delta, link
from rasure.people.decisions import forget_gone
from tests.integration.linkage_fixtures import RELATION, Records
from tests.integration.niche_deleting import DAY, Force, force
from tests.integration.niche_fixtures import map_force, transform
from tests.integration.transform_fixtures import build_ground
from tests.niche_files import EXTRACTED, START, identifier, row

__all__ = ["force"]

# Tables with the ids by which the transform finds what it has to build or erase.
KEYS_OF_TRANSFORM = "changed_"
MODELLED = {"staging", "core"}
# Persons 1 and 2 are one person, whose golden id is made from record 1.
NAMES = {
    1: ("Daniel", "Hartigan"),
    2: ("Daniel", "Hartigan"),
    3: ("Grace", "Okafor"),
    4: ("Adam", "Novak"),
}


@pytest.fixture
def landed(force, monkeypatch) -> Force:
    """A force whose extract has the four persons and an occurrence with all of them."""
    monkeypatch.setattr(delta, "FEW", 1.0)  # this warehouse is small
    occurrence = identifier("occurrences", 1)
    force.full(
        {
            "persons": [row("persons", n, date_of_birth=START.date()) for n in NAMES],
            "person_names": [
                row("person_names", n, forename=forename, surname=surname)
                for n, (forename, surname) in NAMES.items()
            ],
            "occurrences": [row("occurrences", 1)],
            "involvements": [
                row("involvements", n, occurrence_id=occurrence) for n in NAMES
            ],
        }
    )
    return force


@pytest.fixture
def linked(landed) -> Force:
    """The four persons linked, of records that stand for those of core."""
    records = Records(landed.connection)
    for n, names in NAMES.items():
        records.add(identifier("persons", n), *names)
    records.link()
    keep_of_persons(landed)
    return landed


def golden(force: Force) -> dict[int, str]:
    """The golden id of each person record, by its number."""
    return {
        int(person_id[-15:]): golden_id
        for person_id, golden_id in force.connection.execute(
            "select person_id, golden_id from linkage.golden_ids"
            " where effective_to is null"
        )
    }


def keep_of_persons(force: Force) -> None:
    """Keep a decision, a plan and a place in the network of each person."""
    for statement in (
        "insert into people.confirmations (force, list, person_id, decision, reason,"
        " review_on, decided_by) select"
        " 'thames-valley', 'risk', unnest(%s::text[]), 'confirmed', 'seen',"
        " '2026-02-01', 'A'",
        "insert into people.plans (force, list, person_id, owner, actions, review_on,"
        " written_by) select 'thames-valley', 'risk', unnest(%s::text[]), 'A', 'visit',"
        " '2026-02-01', 'A'",
        "insert into people.co_offending (force, person_id, partners, weight,"
        " core_number, component, component_size)"
        " select 'thames-valley', unnest(%s::text[]), 1, 1, 1, 1, 2",
    ):
        force.connection.execute(statement, (list(set(golden(force).values())),))


def schemas_that_name(force: Force, value: str) -> set[str]:
    """The schemas of the warehouse in which a row of a table holds this value."""
    tables = force.connection.execute(
        "select table_schema, table_name from information_schema.tables"
        " where table_type = 'BASE TABLE'"
        " and table_schema not in ('pg_catalog', 'information_schema')"
    ).fetchall()
    return {
        schema
        for schema, table in tables
        if not table.startswith(KEYS_OF_TRANSFORM)
        and force.connection.execute(
            f'select exists (select from {schema}."{table}" as t'
            " where strpos(t::text, %s) > 0)",
            (value,),
        ).fetchone()[0]
    }


def test_a_deleted_person_is_gone_at_once_where_no_model_holds_them(landed):
    build_ground(landed.connection)
    map_force(landed.connection, landed.force)
    transform()
    link(landed.connection)
    transform()
    keep_of_persons(landed)
    person, golden_id = identifier("persons", 3), golden(landed)[3]
    assert schemas_that_name(landed, person) == {"raw", "linkage", *MODELLED}
    assert schemas_that_name(landed, golden_id) == {"linkage", "people", "core"}

    landed.delete(("persons", 3))
    assert schemas_that_name(landed, person) == MODELLED
    # Its other records, if there are any, are resolved by this hash at the next run.
    assert schemas_that_name(landed, golden_id) == {"linkage", "core"}
    disturbed = landed.connection.execute("select golden_id from linkage.disturbed")
    assert disturbed.fetchall() == [(golden_id,)]

    link(landed.connection)  # of the core of before
    assert schemas_that_name(landed, person) == MODELLED
    assert schemas_that_name(landed, golden_id) == {"core"}
    assert golden(landed).keys() == {1, 2, 4}

    # The golden id of record 2 was made from record 1. What is kept of it goes when
    # the transform has given the person another.
    elder = golden(landed)[2]
    landed.delete(("persons", 1))
    assert schemas_that_name(landed, elder) == {"linkage", "people", "core"}

    transform()
    link(landed.connection)
    transform()
    assert forget_gone(landed.connection) == 3
    assert golden(landed).keys() == {2, 4}
    for value in (person, golden_id, identifier("persons", 1)):
        assert schemas_that_name(landed, value) == set()
    # The history of record 2, which was this person too.
    assert schemas_that_name(landed, elder) == {"linkage"}


def test_decisions_stay_while_the_person_has_another_record(linked):
    elder, younger = identifier("persons", 1), identifier("persons", 2)
    golden_id = golden(linked)[1]
    assert golden(linked)[2] == golden_id
    linked.delete(("persons", 2))
    assert schemas_that_name(linked, younger) == {"core"}
    assert "people" in schemas_that_name(linked, golden_id)
    linked.delete(("persons", 1))
    assert schemas_that_name(linked, elder) == {"core"}
    assert schemas_that_name(linked, golden_id) == {"linkage"}


def test_a_person_deleted_by_an_older_deletion_than_their_record_stays(linked):
    linked.delete(("persons", 3), at=START - DAY)
    assert golden(linked).keys() == {1, 2, 3, 4}
    assert "people" in schemas_that_name(linked, golden(linked)[3])


def test_a_run_on_an_outdated_core_leaves_out_who_was_erased(linked):
    linked.delete(("persons", 3))
    person = identifier("persons", 3)
    for options in ({}, {"changed": [(linked.force, person)]}, {"mode": "rescore"}):
        link(linked.connection, **options)
        assert schemas_that_name(linked, person) == {"core"}
    linked.connection.execute(f"delete from {RELATION} where person_id = %s", (person,))
    assert link(linked.connection).records_erased == 0


def test_a_person_recorded_again_after_the_deletion_is_linked(linked):
    linked.delete(("persons", 3))
    again = {"date_of_birth": START.date(), "modified_at": EXTRACTED}
    linked.delta({"persons": [row("persons", 3, **again)]})
    link(linked.connection)
    assert golden(linked).keys() == {1, 2, 3, 4}
    linked.delete(("persons", 3))  # the same deletion again is older than the record
    assert golden(linked).keys() == {1, 2, 3, 4}


def test_another_forces_person_of_the_same_id_stays(linked, connection, tmp_path):
    other = Force(connection, tmp_path / "other", "hampshire")
    other.full({"persons": [row("persons", 3)]})
    other.delete(("persons", 3))
    assert golden(linked).keys() == {1, 2, 3, 4}
