"""Nothing of a person in messages, logs or left-over files; the commands."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import psycopg
import pytest
from typer.testing import CliRunner

from rasure import cli
from rasure.instruments.linkage_quality import hard_set
from rasure.linkage import link, scoring, store
from rasure.linkage.errors import LinkageFailed, RelationRejected, ReviewRejected
from rasure.linkage.reviews import decide_pair
from rasure.linkage.rules import Rules
from tests.integration.linkage_fixtures import FORCE, RELATION, Records

LINK = [sys.executable, "-c", "from rasure.cli import main; main()", "link"]


@pytest.fixture
def records(connection) -> Records:
    return Records(connection)


@pytest.fixture
def work() -> Path:
    return Path(os.environ["RASURE_HOME"]) / "work"


def run(*words: str) -> str:
    result = CliRunner().invoke(cli.app, ["link", *words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_a_run_says_nothing_but_counts(connection, work, caplog, capfd):
    hard_set.plant(connection, hard_set.make(600, 1), RELATION)
    records = connection.execute(
        f"select forenames[1], surnames[1] from {RELATION}"
    ).fetchall()
    rules = Rules.load(at_least=1000, review=0.5)
    with caplog.at_level(logging.DEBUG):
        assert link(connection, rules=rules).kind == "trained"
    said = caplog.text + "".join(capfd.readouterr())
    assert not [name for row in records for name in row if name in said]
    assert "splink" not in said
    assert list(work.iterdir()) == []


def test_what_a_library_says_of_a_record_is_withheld(records, work, monkeypatch):
    records.add(1, "Daniel", "Hartigan")

    def fail(*_):
        raise duckdb.ConversionException("could not convert 'Hartigan'")

    monkeypatch.setattr(scoring, "score", fail)
    with pytest.raises(LinkageFailed, match="a ConversionException") as raised:
        records.link()
    assert "Hartigan" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert records.golden() == {}
    assert list(work.iterdir()) == []


def test_a_value_that_is_no_date_is_not_quoted(records):
    records.add(1, "Daniel", "Hartigan")
    records.connection.execute(
        f"alter table {RELATION} rename to everyone; create view {RELATION} as"
        " select force, person_id, person_type, national_id, cro_number,"
        " '31/02/1990'::text as date_of_birth, is_birth_date_estimated, sex, forenames,"
        " surnames, postcodes, contacts from core.everyone"
    )
    with pytest.raises(RelationRejected, match=r"not of its column's type") as raised:
        records.link()
    assert "1990" not in str(raised.value)


def test_a_killed_run_leaves_nothing_after_the_next(records, work, database):
    for number in range(1, 60):
        records.add(number, "Daniel", "Hartigan" + "x" * 2000)
    records.connection.execute(
        "create view core.slow as select force, person_id, person_type, national_id,"
        " cro_number, date_of_birth, is_birth_date_estimated,"
        " sex || left(pg_sleep(0.1)::text, 0) as sex, forenames, surnames, postcodes,"
        f" contacts from {RELATION}"
    )
    process = subprocess.Popen([*LINK, "--relation", "core.slow"])
    try:
        deadline = time.monotonic() + 60
        while not any(file.stat().st_size for file in work.glob("*/*.csv")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert list(work.glob("*/*.csv"))
    records.link()
    assert list(work.iterdir()) == []
    assert len(records.golden()) == 59


@pytest.mark.parametrize("mode", ["incremental", "rescore"])
def test_who_is_erased_during_a_run_does_not_come_back(
    records, database, monkeypatch, mode
):
    for number in (1, 2, 3):
        records.add(number, "Daniel", "Hartigan")
    records.link()
    records.add(4, "Daniel", "Hartigan")
    records.add(3, "Daniel", "Hartigan", postcode="MK9 7ZZ")
    score = scoring.score

    def erase_meanwhile(*words):
        score(*words)
        with psycopg.connect(database, autocommit=True) as landing:
            landing.execute("select linkage.erase_persons('thames-valley', '{2}')")
            landing.execute(f"delete from {RELATION} where person_id = '2'")

    monkeypatch.setattr(scoring, "score", erase_meanwhile)
    records.link(mode)
    for table in ("persons", "golden_ids", "pairs", "reviews"):
        rows = records.connection.execute(f"select * from linkage.{table}").fetchall()
        assert not any("2" in row for row in rows), table
    monkeypatch.undo()
    assert records.groups() == [["1", "3", "4"]]


def bury(connection: psycopg.Connection, person_id: str) -> None:
    """Leave the tombstone of a person, as a landing that deletes them does."""
    connection.execute(
        "insert into ops.niche_tombstones values (%s, 'persons',"
        " ops.niche_hash(%s, 'persons', %s), now(), 0, false)",
        (FORCE, FORCE, person_id),
    )


@pytest.mark.parametrize("mode", ["incremental", "rescore"])
def test_who_is_new_and_erased_during_a_run_is_not_kept(
    records, database, monkeypatch, mode
):
    records.add(1, "Daniel", "Hartigan")
    records.link()
    records.add(2, "Daniel", "Hartigan")
    records.add(3, "Grace", "Okafor")
    score = scoring.score

    def erase_meanwhile(*words):
        score(*words)
        with psycopg.connect(database) as landing:
            for person_id in ("2", "3"):
                bury(landing, person_id)
            landing.execute("select linkage.erase_persons(%s, '{2,3}')", (FORCE,))

    monkeypatch.setattr(scoring, "score", erase_meanwhile)
    records.link(mode)
    assert records.groups() == [["1"]]
    assert {one[1] for one in records.kept()["persons"]} == {"1"}
    assert {one[2] for one in records.kept()["blocks"]} == {"1"}
    assert records.kept()["pairs"] == records.kept()["reviews"] == []


def wait_for_a_lock(connection: psycopg.Connection) -> None:
    """Wait until somebody waits for a lock on `linkage.persons`."""
    deadline = time.monotonic() + 60
    waiting = (
        "select count(*) from pg_locks where not granted"
        " and relation = 'linkage.persons'::regclass"
    )
    while connection.execute(waiting).fetchone() == (0,):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_erasure_waits_for_a_run_that_writes_and_erases_what_it_wrote(
    records, database, monkeypatch
):
    records.add(1, "Daniel", "Hartigan")
    records.add(2, "Daniel", "Hartigan")
    keep_run, erasures = store.keep_run, []

    def erase() -> None:
        with psycopg.connect(database, autocommit=True) as landing:
            landing.execute("select linkage.erase_persons(%s, '{2}')", (FORCE,))

    def erase_before_the_end(connection, report):
        erasures.append(other.submit(erase))
        with psycopg.connect(database) as watcher:
            wait_for_a_lock(watcher)
        return keep_run(connection, report)

    monkeypatch.setattr(store, "keep_run", erase_before_the_end)
    with ThreadPoolExecutor(1) as other:
        records.link()
        erasures[0].result()
    assert records.groups() == [["1"]]
    assert {one[2] for one in records.kept()["blocks"]} == {"1"}
    assert records.kept()["pairs"] == []


def test_a_decision_waits_for_an_erasure_and_is_refused(records, database):
    records.add(1, "Daniel", "Hartigan")
    records.add(2, "Grace", "Okafor")
    records.link()
    pair = ((FORCE, "1"), (FORCE, "2"))
    with psycopg.connect(database) as landing, ThreadPoolExecutor(1) as other:
        landing.execute("select linkage.erase_persons(%s, '{2}')", (FORCE,))
        decision = other.submit(
            decide_pair, records.connection, *pair, "accepted", "A Reviewer"
        )
        with psycopg.connect(database) as watcher:
            wait_for_a_lock(watcher)
        landing.commit()
        with pytest.raises(ReviewRejected, match="does not know both"):
            decision.result()
    assert records.kept()["reviews"] == []


def test_two_runs_take_turns(records, database):
    records.add(1, "Daniel", "Hartigan")
    with psycopg.connect(database) as other:
        other.execute("select pg_advisory_xact_lock(7257880)")
        process = subprocess.Popen(
            [sys.executable, "-c", "from rasure.cli import main; main()", "link"],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not"
        while records.connection.execute(f"{waiting} granted").fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert records.golden() == {}
    assert process.wait(60) == 0
    assert records.golden().keys() == {"1"}


def test_the_commands(records):
    records.add(1, "Daniel", "Hartigan", postcode="OX1 2AB")
    records.add(2, "Daniel", "Hartigan", postcode="OX1 2AB")
    assert "2 records of 1 persons (trained" in run()
    report = json.loads(run("--json"))
    assert (report["kind"], report["persons"]) == ("incremental", 1)
    assert json.loads(run("--rescore", "--json"))["kind"] == "rescored"
    assert json.loads(run("--full", "--json"))["kind"] == "trained"
    ends = ("thames-valley:1", "thames-valley:2")
    said = run("review", "reject", *ends, "--by", "A Reviewer", "--note", "seen both")
    assert said == "Rejected; it takes effect with the next `rasure link`.\n"
    run()
    assert records.groups() == [["1"], ["2"]]
    (review,) = json.loads(run("review", "list", "--status", "rejected", "--json"))
    assert (review["person_l"], review["person_r"]) == ("1", "2")
    assert (review["decided_by"], review["note"]) == ("A Reviewer", "seen both")
    run("review", "accept", str(review["review_id"]), "--by", "Another")
    run()
    assert records.groups() == [["1", "2"]]
    assert "thames-valley:2" in run("review", "list", "--status", "accepted")
