"""A live pull brings what changed in a replica; nothing is lost or doubled."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy
from typer.testing import CliRunner

from rasure.cli import app
from rasure.errors import SetupError
from rasure.landing import DeliveryRejected, land
from rasure.sources.niche_rms import mapping as mappings
from rasure.sources.niche_rms.entities import ENTITIES
from rasure.sources.niche_rms.pull import Reading, pull
from rasure.sources.niche_rms.replica import ReplicaUnfit, Table
from tests.integration.niche_replica import (
    bring,
    numbers,
    occurrence,
    recently,
    replica,
    warehouse,
)
from tests.niche_files import identifier, row

__all__ = ["replica", "warehouse"]


def test_values_arrive_as_an_extract_writes_them(replica, warehouse):
    at = datetime(2025, 7, 1, 22, 30, tzinfo=UTC)
    replica.put(
        "occurrences", occurrence(1, 5, occurred_from=at, mo_text="a\r\n“b”, c")
    )
    replica.put("addresses", row("addresses", 1, x=471732.25, is_verified=False))
    replica.put("involvements", row("involvements", 1, roles=["victim"]))
    landed = bring(replica)
    assert landed.rows_landed == 3
    rows = warehouse.execute(
        "select occurrence_id, occurred_from, is_crime, mo_text, summary"
        " from raw.niche_occurrences"
    ).fetchall()
    number = identifier("occurrences", 1)
    assert rows == [(number, "01/07/2025 23:30:00", "Y", "a\n“b”, c", None)]
    address = warehouse.execute("select x, is_verified from raw.niche_addresses")
    assert address.fetchall() == [("47173225", "N")]


def test_a_second_pull_brings_only_what_changed(replica, warehouse):
    for number in (1, 2):
        replica.put("occurrences", occurrence(number, 100 * number))
    replica.put("choices", row("choices", 1))
    first = bring(replica)
    replica.put("occurrences", occurrence(3, 10))
    second = bring(replica)
    third = bring(replica)
    assert [one.rows_landed for one in (first, second, third)] == [3, 1, 0]
    assert numbers(warehouse) == [1, 2, 3]
    kinds = warehouse.execute("select kind from ops.deliveries order by load_id")
    assert kinds.fetchall() == [("full",), ("delta",), ("delta",)]
    files = warehouse.execute(
        "select load_id, count(*) from ops.delivery_files group by 1 order by 1"
    )
    assert [count for _, count in files.fetchall()] == [23, 1, 1]


def test_a_change_committed_late_is_brought(replica, warehouse):
    replica.put("occurrences", occurrence(1, 10))
    bring(replica)
    replica.put("occurrences", occurrence(2, 35))  # before the watermark, in overlap
    bring(replica)
    assert numbers(warehouse) == [1, 2]


def test_a_deletion_in_the_replica_erases(replica, warehouse):
    replica.put("occurrences", occurrence(1, 10))
    replica.put("occurrences", occurrence(2, 10))
    bring(replica)
    gone = row("deletions", 1, entity="occurrences", deleted_at=recently())
    replica.put("deletions", gone)
    bring(replica)
    assert numbers(warehouse) == [2]
    assert bring(replica).rows_read == 0


def test_a_refused_pull_moves_no_watermark(replica, warehouse):
    replica.put("occurrences", occurrence(1, 10))
    ahead = occurrence(2, -300)  # five hours from now
    replica.put("occurrences", ahead)
    with pytest.raises(DeliveryRejected, match="no change and no deletion later"):
        bring(replica)
    assert warehouse.execute("select * from ops.niche_watermarks").fetchall() == []
    replica.connection.execute('delete from "GOccurrence" where modtime > now()')
    assert bring(replica).rows_landed == 1


def test_a_pull_that_is_killed_has_not_been(replica, warehouse, tmp_path):
    for number in range(1, 4):
        replica.put("occurrences", occurrence(number, 10))
    child = (
        "import os, rasure.landing as landing, rasure.sources.niche_rms.pull as pull\n"
        "{0} = lambda *a, **k: os._exit(9)\n"
        f"pull.pull({replica.url!r}, 'thames-valley', landing.land)"
    )
    for point in ("pull._finish", "landing.land", "pull._advance_watermarks"):
        done = subprocess.run([sys.executable, "-c", child.format(point)])
        assert done.returncode == 9
    bring(replica)
    distinct = warehouse.execute(
        "select count(distinct occurrence_id) from raw.niche_occurrences"
    ).fetchone()
    assert distinct == (3,)
    assert bring(replica).rows_read == 0
    assert list((tmp_path / "home" / "pulled" / "thames-valley").iterdir()) == []


def test_a_replica_may_lack_a_column_that_was_asked_for_later(replica, warehouse):
    replica.put("occurrences", occurrence(1, 10))
    replica.connection.execute('alter table "GOccurrence" drop column "ESAreaLevel5G"')
    assert bring(replica).rows_read == 1
    beats = "select beat from raw.niche_occurrences"
    assert warehouse.execute(beats).fetchall() == [(None,)]


def test_a_replica_of_another_make_is_pulled_too(connection, tmp_path):
    """SQLite keeps times and flags as texts and numbers of its own."""
    mapping = mappings.load("hampshire")
    url = f"sqlite:///{tmp_path / 'replica.db'}"
    kinds = {"instant": "timestamp", "day": "date", "flag": "boolean"}
    with sqlalchemy.create_engine(url).begin() as replica:
        for name, mapped in mapping.entities.items():
            fields = {field.name: field for field in ENTITIES[name].fields}
            columns = ", ".join(
                f'"{header}" {kinds.get(fields[column].form, "text")}'
                for column, header in mapped.columns.items()
            )
            replica.exec_driver_sql(f'create table "{mapped.file}" ({columns})')
        person = identifier("persons", 1)
        replica.exec_driver_sql(
            'insert into "Person" ("RecordId", "LastUpdated", "DOB", "DOBEstimated")'
            f" values ('{person}', '2025-07-01 23:30:00.000000', '1999-12-03', 1)"
        )
    command = ["pull", "niche_rms", "--force", "hampshire"]
    done = CliRunner().invoke(app, command, env={"RASURE_REPLICA_URL": url})
    assert "landed as load 1. 1 rows read, 1 landed, 0 quarantined." in done.output
    assert pull(url, "hampshire", land).rows_read == 0
    landed_rows = connection.execute(
        "select person_id, modified_at, date_of_birth, is_birth_date_estimated"
        " from raw.niche_persons"
    ).fetchall()
    assert landed_rows == [(person, "2025-07-01 23:30:00", "1999-12-03", "1")]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ('drop table "GPerson"', "no table 'GPerson'"),
        ('alter table "GPerson" drop "Gender"', "'GPerson' has no column 'Gender'"),
        (
            'alter table "GPerson" alter modtime type text',
            "'GPerson' has no times in column 'modtime' but TEXT",
        ),
    ],
)
def test_a_replica_that_does_not_fit_the_mapping_is_named(
    replica, warehouse, statement, message
):
    replica.connection.execute(statement)
    with pytest.raises(ReplicaUnfit) as refused:
        bring(replica)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("url", "error", "message"),
    [
        ("postgresql+psycopg://me:secret@127.0.0.1:9/x", ReplicaUnfit, "127.0.0.1"),
        ("nonsense", SetupError, "not of the form"),
        ("nobody+speaks://me:secret@host/x", SetupError, "not of the form"),
    ],
)
def test_a_replica_that_does_not_answer_tells_no_password(
    connection, url, error, message
):
    with pytest.raises(error) as refused:
        pull(url, "thames-valley", land)
    assert message in str(refused.value)
    assert "secret" not in str(refused.value)


def test_when_the_clock_goes_back_no_change_is_passed_over(replica, warehouse):
    with sqlalchemy.create_engine(replica.url).connect() as connection:
        table = Table(connection, replica.mapping, "occurrences", None)
        before = datetime(2025, 10, 26, 0, 50, tzinfo=UTC)  # 01:50 summer time
        after = datetime(2025, 10, 26, 1, 10, tzinfo=UTC)  # 01:10 winter time
        assert table._bound(before, after) == datetime(2025, 10, 26, 0, 50)
        assert table._bound(before, before) == datetime(2025, 10, 26, 1, 50)


def test_what_is_held_while_reading_is_bounded():
    now = recently()
    reading = Reading(timedelta(minutes=30), now, most=10)
    for minute in range(1000):
        reading.note(now - timedelta(minutes=1000 - minute), bytes([minute % 256]))
        assert len(reading.near) <= 64
    assert len(reading.kept()) == 31
    reading.note(now + timedelta(days=1), b"")
    assert reading.newest == now
