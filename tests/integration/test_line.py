"""The line says what it has still to do, and a delivery can be taken out of it."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from rasure import runs
from rasure.database import connect
from rasure.landing import land
from rasure.landing.withdrawing import WithdrawalRefused, withdraw
from rasure.runtime import backlog, inbox, withdrawal_commands
from rasure.runtime.status import _line
from rasure.settings import Settings
from rasure.transform import state
from tests.integration.niche_day import classified, occurrence
from tests.integration.niche_fixtures import deliver, row, set_up, transform
from tests.police_uk_files import archive, member, street_rows, street_text

STEPS = ("staging", "link", "places", "people", "marts")
STAGING = ("path:seeds", "path:models/staging/niche_rms")
JUNE = datetime(2025, 6, 2, 3, 0, tzinfo=UTC)


def landed(connection, **options) -> int:
    """A delivery that landed a minute ago; its load id."""
    load_id = deliver(
        connection, {"occurrences": [occurrence(1)]}, extracted_at=JUNE, **options
    )
    connection.execute(
        "update ops.deliveries set landed_at = now() - interval '1 minute'"
        " where load_id = %s",
        (load_id,),
    )
    return load_id


def run_transform(connection, succeeds: bool = True) -> None:
    """What a whole transform records, without the models."""
    run_id = runs.begin(connection, "rasure transform")
    try:
        for step in STEPS:
            with runs.step(connection, run_id, step):
                if step == "staging":
                    state.keep_deliveries_to_build(connection)
                if step == "marts" and not succeeds:
                    raise ValueError
        with connection.transaction():
            state.keep_success(connection, "version")
        runs.succeed(connection, run_id)
    except ValueError:
        pass
    finally:
        runs.release(connection, run_id)


def parts(connection) -> list[tuple[str, bool]]:
    return [(one.part, one.is_tried) for one in backlog.overdue(connection)]


def test_a_delivery_that_landed_while_the_transform_was_paused_is_due(connection):
    landed(connection)
    run_transform(connection)
    assert not backlog.is_due(connection, "transform")
    load_id = landed(connection)
    (behind,) = backlog.overdue(connection)
    assert (behind.part, behind.is_tried) == ("transform", False)
    assert "Raw is newer than the marts: 1 delivery" in behind.sentence
    assert backlog.is_due(connection, "transform")
    assert [one.load_id for one in state.unbuilt_deliveries(connection)] == [load_id]
    assert _line(Settings.load()) == ([behind], False)
    run_transform(connection)
    assert "transform" not in dict(parts(connection))


def test_a_delivery_just_landed_waits_for_its_own_event(connection):
    landed(connection)
    assert backlog.is_due(connection, "transform")
    # Its event starts the run that builds the earlier one too.
    deliver(connection, {"occurrences": [occurrence(2)]}, extracted_at=JUNE)
    assert parts(connection) == [("transform", False)]
    assert not backlog.is_due(connection, "transform")


def test_nothing_is_started_while_a_run_works(connection):
    landed(connection)
    with connect("tests", autocommit=True) as other, runs.exclusive(other, "a run"):
        assert not backlog.is_due(connection, "transform")
    assert backlog.is_due(connection, "transform")


def test_a_delivery_that_is_landing_starts_the_line_itself(connection, tmp_path):
    landed(connection)
    assert backlog.is_due(connection, "transform")
    (tmp_path / "next").touch()
    flagged = inbox.offer("niche_rms", tmp_path / "next")
    assert not backlog.is_due(connection, "transform")
    flag = flagged.with_name("next.ready")
    os.utime(flag, (0, 0))  # nothing has landed it for years
    assert backlog.is_due(connection, "transform")


def test_a_transform_that_failed_is_said_and_not_repeated(connection):
    landed(connection)
    run_transform(connection, succeeds=False)
    assert parts(connection) == [("transform", True)]
    assert not backlog.is_due(connection, "transform")
    landed(connection)  # another may mend it
    assert parts(connection) == [("transform", False)]
    assert backlog.is_due(connection, "transform")


def test_designation_and_publication_catch_up_too(connection):
    landed(connection)
    run_transform(connection)
    assert parts(connection) == [("designate", False)]
    with runs.exclusive(connection, "designate"):
        pass
    assert parts(connection) == [("designate", True)]
    state.keep_built_from(
        connection,
        state.DESIGNATION,
        backlog.designation_sources(connection),
    )
    assert parts(connection) == []
    with runs.exclusive(connection, backlog.MARTS_RUN):
        pass
    assert parts(connection) == [("publish", False)]
    connection.execute("update ops.transform_runs set ended_at = now() - interval '1h'")
    assert backlog.is_due(connection, "publish")
    backlog.begin_publication(connection)
    assert parts(connection) == [("publish", True)]
    backlog.keep_publication(connection)
    assert parts(connection) == []


def test_the_watcher_announces_what_is_due_until_it_is_begun(
    connection, tmp_path, monkeypatch
):
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "airflow"))
    from rasure.runtime.catching_up import PartDue

    async def announced(trigger, patience: float) -> list[str]:
        events = []
        stream = trigger.run()
        while True:
            try:
                event = await asyncio.wait_for(anext(stream), timeout=patience)
            except TimeoutError:
                return events
            events.append(event.payload["part"])
            if len(events) == 2:
                return events

    trigger = PartDue("transform", seconds=0.02, patience=0.02)
    assert asyncio.run(announced(trigger, 0.5)) == []
    landed(connection)
    path, arguments = trigger.serialize()
    assert path == "rasure.runtime.catching_up.PartDue"
    again = PartDue(**arguments)
    assert asyncio.run(announced(again, 5)) == ["transform", "transform"]


def test_a_withdrawn_delivery_leaves_its_record_and_lands_again(
    connection, tmp_path, database
):
    text = street_text(street_rows(20, "2023-12"))
    path = archive(tmp_path / "wrong.zip", {member("2023-12"): text})
    first = land("police_uk", path)
    run_transform(connection)
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command("other")(lambda: None)
    withdrawal_commands.register(app)
    words = ["withdraw", str(first.load_id), "--because", "sent by mistake"]
    answer = CliRunner().invoke(app, [*words, "--by", "Insp Example"])
    assert answer.exit_code == 0, answer.output
    assert "wrong.zip, is withdrawn: 20 rows erased" in answer.output
    assert connection.execute(
        "select count(*) from raw.police_uk_street"
    ).fetchone() == (0,)
    assert connection.execute(
        "select state, rows_landed, withdrawn_by, withdrawn_because from ops.deliveries"
    ).fetchone() == ("withdrawn", 20, "Insp Example", "sent by mistake")
    (unbuilt,) = state.unbuilt_deliveries(connection)
    assert (unbuilt.state, unbuilt.is_tried) == ("withdrawn", False)
    assert not state.is_built_from(connection, state.WAREHOUSE, ["version"])
    run_transform(connection)
    assert state.unbuilt_deliveries(connection) == []
    again = land("police_uk", path)
    assert (again.state, again.rows_landed) == ("landed", 20)
    assert again.load_id != first.load_id


def test_a_base_is_not_withdrawn_from_under_its_deltas(connection):
    full = landed(connection, kind="full")
    for hours in (1, 2):
        later = landed(connection)
        connection.execute(
            "update ops.deliveries set extracted_at = %s, delivery = %s"
            " where load_id = %s",
            (JUNE + timedelta(hours=hours), f"delta {hours}", later),
        )
    for load_id, named in ((full, "delta 1"), (full + 1, "delta 2")):
        with pytest.raises(WithdrawalRefused, match=f"{named} .load .*is a delta that"):
            withdraw(connection, load_id, "me", "wrong")
    assert withdraw(connection, full + 1, "me", "wrong", is_forced=True).rows == 1
    withdraw(connection, full + 2, "me", "the last delta may go")
    withdraw(connection, full, "me", "now nothing follows it")
    with pytest.raises(WithdrawalRefused, match="No landed delivery is load"):
        withdraw(connection, full, "me", "twice")
    with pytest.raises(WithdrawalRefused, match="Say why"):
        withdraw(connection, full, "me", " ")


def test_a_full_extract_after_it_lets_a_delta_go(connection):
    landed(connection, kind="full")
    wrong = landed(connection)
    newer = landed(connection, kind="full")
    last = landed(connection)
    for hours, load_id in enumerate((wrong, newer, last), start=1):
        connection.execute(
            "update ops.deliveries set extracted_at = %s where load_id = %s",
            (JUNE + timedelta(hours=hours), load_id),
        )
    assert withdraw(connection, wrong, "me", "wrong").load_id == wrong


def test_deletions_are_not_withdrawn_unawares(connection):
    load_id = landed(connection)
    connection.execute(
        "insert into ops.niche_tombstones values"
        " ('testshire', 'occurrences', 'hash', now(), %s, false)",
        (load_id,),
    )
    with pytest.raises(WithdrawalRefused, match="it deleted 1 records"):
        withdraw(connection, load_id, "me", "wrong")
    withdraw(connection, load_id, "me", "wrong", is_forced=True)
    assert connection.execute(
        "select count(*) from ops.niche_tombstones"
    ).fetchone() == (0,)


def test_after_a_withdrawal_the_version_before_holds_again(connection):
    set_up(connection)
    first = {
        "occurrences": [occurrence(1), occurrence(2)],
        "classifications": [classified(1, 1)],
        "persons": [row("persons", 1, sex="M")],
    }
    deliver(connection, first, "full", JUNE)
    transform(selection=STAGING)

    def rows():
        return connection.execute(
            "select occurrence_id, summary from staging.stg_niche__occurrences"
            " order by 1"
        ).fetchall()

    before = rows()
    change = {
        "occurrences": [
            occurrence(1, summary="Another", modified_at="03/06/2025 12:00:00"),
            occurrence(3, modified_at="03/06/2025 12:00:00"),
        ],
        "persons": [row("persons", 2, sex="F")],
    }
    load_id = deliver(connection, change, "delta", JUNE + timedelta(days=1))
    transform(selection=STAGING)
    assert len(rows()) == 3
    withdraw(connection, load_id, "me", "wrong")
    state.begin_full_refresh(connection)
    transform(selection=STAGING)
    assert rows() == before


def test_an_error_of_the_database_quotes_no_row(database):
    with connect("tests", autocommit=True) as connection:
        connection.execute("create table public.people (name text primary key)")
        connection.execute("insert into public.people values ('Zebedee')")
        for statement in (
            "insert into public.people values ('Zebedee')",
            "select 'Zebedee'::date",
            "alter table public.people alter name type integer using name::integer",
        ):
            with pytest.raises(psycopg.Error) as caught:
                connection.execute(statement)
            assert "Zebedee" not in str(caught.value), statement
        cursor = connection.cursor()
        with pytest.raises(psycopg.errors.UniqueViolation) as caught:
            cursor.executemany("insert into public.people values (%s)", [("Zebedee",)])
        assert "Zebedee" not in str(caught.value)
        with (
            pytest.raises(psycopg.errors.UniqueViolation) as caught,
            cursor.copy("copy public.people from stdin") as copy,
        ):
            copy.write("Zebedee\n")
        assert "Zebedee" not in str(caught.value)
