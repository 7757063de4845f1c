"""The dashboards read a replica, and do not show its figures as newer than they are."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import tomli_w

from rasure.runtime import postgres, replica, superset
from rasure.runtime.cluster import FAST, Cluster, make_role
from rasure.runtime.ports import free_port
from rasure.settings import CHECKOUT, Settings

STATE = CHECKOUT / "dbt/models/marts/quality/transform_state.sql"


@dataclass
class Pair:
    """A warehouse, its replica, and a home whose dashboards read the replica."""

    warehouse: Cluster
    copy: Cluster
    settings: Settings

    def change(self) -> None:
        """Commit a row to the warehouse."""
        with self.warehouse.admin("rasure") as connection:
            connection.execute("insert into changes values (now())")

    def replica_as_at(self, server: Cluster) -> datetime | None:
        """What the marts say on a server of how new it is."""
        with server.admin("rasure") as connection:
            return connection.execute("select replica_as_at from state").fetchone()[0]

    def order(self, statement: str) -> None:
        """Do something to the replica."""
        with self.copy.admin() as connection:
            connection.execute(statement)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    folder = Path(tempfile.mkdtemp(prefix="rasure-replica-"))
    folder.chmod(0o755)
    warehouse = Cluster(folder / "warehouse", free_port(), "secret", FAST)
    copy = Cluster(folder / "copy", free_port(), "secret", FAST)
    home = folder / "home"
    home.mkdir()
    stored = {
        "ports": {"postgres": warehouse.port, "superset": 1},
        "reader_address": f"127.0.0.1:{copy.port}",
    }
    (home / "settings.toml").write_text(tomli_w.dumps(stored))
    passwords = {"rasure": "secret", "rasure_reader": "secret"}
    (home / "secrets.toml").write_text(tomli_w.dumps({"postgres": passwords}))
    try:
        warehouse.create()
        warehouse.start()
        with warehouse.admin() as connection:
            for role in passwords:
                make_role(connection, role, "secret")
            connection.execute("create database rasure owner rasure")
        age = re.search(r"case\s+when pg_is_in_recovery.*?end", STATE.read_text(), re.S)
        with warehouse.admin("rasure") as connection:
            connection.execute(f"create view state as select {age[0]} as replica_as_at")
            connection.execute("create table changes (at timestamptz)")
        postgres.make_folder(copy.folder)
        made = postgres.run(
            [
                *(
                    warehouse.installation.program("pg_basebackup"),
                    "--write-recovery-conf",
                    "--checkpoint=fast",
                    "--no-sync",
                ),
                *("--pgdata", copy.folder, "--dbname", warehouse.url()),
            ]
        )
        assert made.returncode == 0, made.stderr
        copy.start()
        yield Pair(warehouse, copy, Settings(home))
    finally:
        for cluster in (copy, warehouse):
            cluster.stop()
        shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def home(pair, monkeypatch):
    monkeypatch.setenv("RASURE_HOME", str(pair.settings.home))
    monkeypatch.delenv("RASURE_DATABASE_URL", raising=False)


def test_charts_drop_their_answers_when_the_replica_has_the_change(pair):
    assert pair.settings.address("reader").endswith(f":{pair.copy.port}")
    kept = pair.settings.home / "superset" / "cache" / "data" / "answer"
    kept.parent.mkdir(parents=True)
    kept.touch()
    pair.order("select pg_wal_replay_pause()")
    wait_for(pair, "select pg_get_wal_replay_pause_state() = 'paused'")
    pair.change()
    with pytest.raises(replica.ReplicaBehind, match="still behind the warehouse"):
        replica.wait_until_current(pair.settings, seconds=0.5)
    assert kept.exists()
    pair.order("select pg_wal_replay_resume()")
    assert superset.drop_cached_answers() == 1


def test_pages_learn_how_new_the_replica_is(pair, monkeypatch):
    monkeypatch.setenv("AIRFLOW_HOME", str(pair.settings.home / "airflow"))
    from rasure.runtime.catching_up import PartDue

    assert pair.replica_as_at(pair.warehouse) is None
    pair.change()
    replica.wait_until_current(pair.settings)
    before = pair.replica_as_at(pair.copy)
    # Nothing changes, and the trigger that watches the line asks what is due.
    PartDue("transform")._is_due()
    while pair.replica_as_at(pair.copy) == before:
        time.sleep(0.05)
    assert pair.replica_as_at(pair.copy) > before


def test_a_server_that_follows_nobody_is_no_replica(pair):
    pair.order("select pg_promote()")
    with pytest.raises(replica.ReplicaBehind, match="neither the warehouse nor a repl"):
        replica.wait_until_current(pair.settings)
    pair.copy.stop()
    with pytest.raises(replica.ReplicaBehind, match="does not answer"):
        replica.wait_until_current(pair.settings)


def wait_for(pair: Pair, question: str) -> None:
    """Wait until the replica answers a question with true."""
    with pair.copy.admin() as connection:
        while connection.execute(question).fetchone() != (True,):
            time.sleep(0.05)
