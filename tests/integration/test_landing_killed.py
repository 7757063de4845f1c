"""A loader or a database that is killed in mid-landing leaves all or nothing.

The killing is real: SIGKILL to the loader's process, or to the server and its sessions,
at ten random moments of a landing each; then everything is started again and the same
delivery is landed to its end.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import time

import psycopg
import pytest

from rasure import schema
from rasure.errors import RasureError
from rasure.landing import land
from rasure.runtime.cluster import running_cluster
from tests.police_uk_files import archive, member, street_rows, street_text

ROWS_A_MONTH = 8_000
MONTHS = [f"2024-{month:02}" for month in range(1, 7)]
MOMENTS = 10
COUNTS = """
    select
        (select count(*) from ops.deliveries where state = 'landed'),
        (select count(*) from ops.delivery_files),
        (select count(*) from raw.police_uk_street),
        (select count(*) from quarantine.police_uk_street)
"""
CONTENT = """
    select files.file, street.row_number, street.crime_id, street.month, longitude
    from raw.police_uk_street as street
    join ops.delivery_files as files using (file_id)
    order by 1, 2
"""
NOTHING = (0, 0, 0, 0)
EVERYTHING = (1, len(MONTHS), ROWS_A_MONTH * len(MONTHS) - 1, 1)


@pytest.fixture(scope="module")
def delivery(tmp_path_factory):
    """Six months of crime, one row of which belongs in quarantine."""
    files = {
        member(month): street_text(
            street_rows(ROWS_A_MONTH, month, start=number * 10**6)
        )
        for number, month in enumerate(MONTHS)
    }
    first = member(MONTHS[0])
    files[first] = files[first].replace(f",{MONTHS[0]},", ",2024-99,", 1)
    return archive(tmp_path_factory.mktemp("delivery") / "d.zip", files)


@pytest.fixture(scope="module")
def durable():
    """A cluster that keeps what it has committed, with a warehouse in it."""
    with running_cluster(fast=False) as cluster:
        with psycopg.connect(cluster.url("rasure", "rasure", cluster.password)) as own:
            schema.ensure(own)
        yield cluster


@pytest.fixture
def warehouse(durable, monkeypatch, tmp_path):
    url = durable.url("rasure", "rasure", durable.password)
    monkeypatch.setenv("RASURE_DATABASE_URL", url)
    monkeypatch.setenv("RASURE_HOME", str(tmp_path / "home"))
    return url


def ask(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def forget(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "truncate ops.deliveries, raw.police_uk_street,"
            " quarantine.police_uk_street cascade"
        )


def load(path, environment: dict[str, str], told) -> None:
    """What a loader's process does; a fault's words go into the queue `told`."""
    os.environ.update(environment)
    try:
        land("police_uk", path)
    except RasureError as error:
        told.put(str(error))
        sys.exit(1)


class Loader:
    """A loader in a process of its own, forked from one that has the libraries."""

    nursery = multiprocessing.get_context("forkserver")
    nursery.set_forkserver_preload(["rasure.landing.transaction", "great_expectations"])

    def __init__(self, path):
        names = ("RASURE_DATABASE_URL", "RASURE_HOME")
        environment = {name: os.environ[name] for name in names}
        self.told = self.nursery.SimpleQueue()
        self.process = self.nursery.Process(
            target=load, args=(path, environment, self.told)
        )
        self.process.start()

    def wait(self) -> int:
        self.process.join(120)
        assert self.process.exitcode is not None, "the loader hangs"
        return self.process.exitcode


@pytest.fixture
def whole(warehouse, delivery):
    """The rows of a landing that nothing disturbed, and the seconds that it took."""
    Loader(delivery).wait()  # the first one pays for loading the libraries
    forget(warehouse)
    started = time.monotonic()
    assert Loader(delivery).wait() == 0
    seconds = time.monotonic() - started
    content = ask(warehouse, CONTENT)
    forget(warehouse)
    return content, seconds


@pytest.mark.parametrize("victim", ["loader", "database"])
def test_killed_at_ten_random_moments(warehouse, durable, delivery, whole, victim):
    content, seconds = whole
    chance = random.Random(f"2024 {victim}")
    outcomes = []
    for _ in range(MOMENTS):
        loader = Loader(delivery)
        time.sleep(chance.uniform(0.02, 0.9) * seconds)
        if victim == "loader":
            loader.process.kill()
        else:
            durable.kill()
        loader.wait()
        if victim == "database":
            durable.start()
        (found,) = ask(warehouse, COUNTS)
        assert found in (NOTHING, EVERYTHING)
        outcomes.append(found)
        landed = land("police_uk", delivery)
        assert landed.state == ("known" if found == EVERYTHING else "landed")
        assert ask(warehouse, CONTENT) == content
        assert ask(warehouse, COUNTS) == [EVERYTHING]
        forget(warehouse)
    assert NOTHING in outcomes, "no landing was interrupted; the moments are too late"


def test_database_that_goes_away_is_reported_plainly(
    warehouse, durable, delivery, tmp_path
):
    loader = Loader(delivery)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        busy = ask(
            warehouse, "select 1 from pg_stat_activity where query ~* '^copy raw'"
        )
        if busy:
            break
    durable.kill()
    assert loader.wait() == 1
    durable.start()
    assert "Nothing of it was kept" in loader.told.get()
    assert ask(warehouse, COUNTS) == [NOTHING]


def test_work_of_a_killed_loader_is_cleared_away(warehouse, delivery, tmp_path):
    left = tmp_path / "home" / "work" / "land-999999999-abc"
    left.mkdir(parents=True)
    (left / "rows.csv").write_text("x")
    land("police_uk", delivery)
    assert not left.exists()
    assert list((tmp_path / "home" / "work").iterdir()) == []
    forget(warehouse)


def test_two_loaders_of_the_same_delivery_land_it_once(warehouse, delivery):
    loaders = [Loader(delivery) for _ in range(2)]
    assert [loader.wait() for loader in loaders] == [0, 0]
    assert ask(warehouse, COUNTS) == [EVERYTHING]
    forget(warehouse)
