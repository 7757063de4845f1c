"""An upgrade of a small home: refused while work goes on, after a backup, and back."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rasure import geography, runs, schema
from rasure.operations import catalogue, configuring, upgrading
from rasure.operations.errors import BackupFailed, UpgradeFailed, UpgradeRefused
from rasure.operations.restoring import restore
from rasure.runtime import superset, up
from rasure.runtime.home import store_settings
from rasure.runtime.services import GROUPS
from rasure.transform import pipeline
from rasure.transform.errors import TransformFailed
from tests.homes import Home
from tests.integration import niche_day as known
from tests.integration.niche_days_after import MIDSUMMER
from tests.integration.niche_fixtures import deliver, set_up

LAST = "110_withdrawals.sql"
# As the release before that migration left the warehouse.
BEFORE_LAST = f"""
    drop view ops.unbuilt_deliveries;
    alter table ops.deliveries drop column withdrawn_at, drop column withdrawn_by,
        drop column withdrawn_because;
    delete from ops.migrations where name = '{LAST}';
"""
STATE = """
    select
        (select count(*) from ops.deliveries),
        (select count(*) from raw.niche_occurrences),
        (select count(*) from ops.migrations),
        to_regclass('ops.unbuilt_deliveries') is null,
        to_regclass('marts.crimes') is null
"""


def quiet(*_) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    """A home of an earlier release, with its database up and the known day in raw."""
    folder = Path(tempfile.mkdtemp(prefix="rasure-test-"))
    folder.chmod(0o755)
    home = Home(folder / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RASURE_HOME", str(home.folder))
        patch.delenv("RASURE_DATABASE_URL", raising=False)
        patch.setattr(geography, "is_built", lambda connection, force: True)
        up.up(("postgres",), quiet)
        with psycopg.connect(home.settings.database_url, autocommit=True) as connection:
            set_up(connection)
            deliver(connection, known.DELIVERY, "full", MIDSUMMER)
            connection.execute(BEFORE_LAST)
        yield home
        for name in ("home", "before", "new"):
            Home(folder / name).remove()
        shutil.rmtree(folder)


@pytest.fixture
def directory(home) -> Path:
    return home.folder.parent / "backups"


@pytest.fixture
def key(home, directory) -> Path:
    """The key of the home's backups."""
    path = home.folder.parent / "key.txt"
    if not path.exists():
        configuring.new_key(path)
        configuring.configure(directory, None, None, None)
    return path


def state(home: Home) -> tuple:
    """What an upgrade changes, and what it must not."""
    return home.query(STATE)[0]


def test_an_upgrade_without_a_key_changes_nothing(home):
    before = state(home)
    with pytest.raises(BackupFailed, match="Name a folder"):
        upgrading.upgrade(("postgres",), quiet, quiet)
    assert home.service("postgres")["state"] == "well"
    assert state(home) == before


def test_an_upgrade_is_refused_while_something_works(home, key, directory):
    before = state(home)
    url = home.settings.database_url
    with psycopg.connect(url, application_name="rasure land") as landing:
        landing.execute("select count(*) from ops.deliveries")
        with pytest.raises(UpgradeRefused, match="`rasure land` is at work"):
            upgrading.upgrade(("postgres",), quiet, quiet)
    with psycopg.connect(url, autocommit=True) as connection:
        run_id = runs.begin(connection, "transform of a DAG")
        with pytest.raises(UpgradeRefused, match="`transform of a DAG` is at work"):
            upgrading.upgrade(("postgres",), quiet, quiet)
        runs.succeed(connection, run_id)
    assert home.service("postgres")["state"] == "well"
    assert not directory.exists()
    assert state(home) == before


def test_an_upgrade_of_a_newer_warehouse_is_refused(home, key, directory):
    with psycopg.connect(home.settings.database_url, autocommit=True) as connection:
        connection.execute("insert into ops.migrations (name) values ('998_next.sql')")
        with pytest.raises(schema.WarehouseIsNewer):
            upgrading.upgrade(("postgres",), quiet, quiet)
        connection.execute("delete from ops.migrations where name = '998_next.sql'")
    assert not directory.exists()


def test_a_server_of_its_own_is_backed_up_by_its_operator_first(home, key, directory):
    store_settings(home.settings, database_url=home.settings.database_url)
    try:
        with pytest.raises(UpgradeRefused, match="Have its operator back it up"):
            upgrading.upgrade(("postgres",), quiet, quiet)
    finally:
        path = home.folder / "settings.toml"
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(one for one in lines if "database_url" not in one))
    assert not directory.exists()


def test_an_upgrade_that_stops_says_the_way_back(home, key, directory, monkeypatch):
    def fail(**_):
        raise TransformFailed("The model crimes failed.")

    monkeypatch.setattr(pipeline, "run", fail)
    with pytest.raises(UpgradeFailed, match="The model crimes failed") as failure:
        upgrading.upgrade(("postgres",), quiet, quiet)
    (backup,) = catalogue.backups(directory)
    assert f"`rasure restore {backup.folder} --to {home.folder}" in str(failure.value)


def test_an_upgrade_migrates_transforms_and_can_be_taken_back(
    home, key, directory, monkeypatch
):
    """The transform itself is held by the tests of the pipeline."""
    at_the_transform: list[tuple] = []
    monkeypatch.setattr(
        pipeline, "run", lambda **_: at_the_transform.append(state(home))
    )
    said: list[str] = []
    upgrading.upgrade(("postgres",), said.append, quiet)
    ((deliveries, occurrences, migrations, lacks_view, _),) = at_the_transform
    assert not lacks_view
    assert "The way back: `rasure down`" in said[-1]
    assert home.service("postgres")["state"] == "well"

    first = catalogue.backups(directory)[0]
    seen: list[tuple] = []

    def ask(cluster) -> None:
        with cluster.admin("rasure") as connection:
            seen.append(connection.execute(STATE).fetchone())

    restore(first.folder, home.folder.parent / "before", key, quiet, ask=ask)
    assert seen == [(deliveries, occurrences, migrations - 1, True, True)]


def test_airflow_starts_when_the_upgrade_has_published(home, key, monkeypatch):
    """Its DAGs would designate and publish at the same time."""
    done: list = []
    start = up.up

    def start_the_database(groups, say) -> None:
        done.append(groups)
        if groups == ("postgres",):
            start(groups, say)

    monkeypatch.setattr(up, "up", start_the_database)
    monkeypatch.setattr(pipeline, "run", lambda **_: done.append("transform"))
    monkeypatch.setattr(superset, "synchronise", lambda warm: done.append("publish"))
    upgrading.upgrade((), quiet, quiet)
    assert done == [
        ("postgres",),
        "transform",
        ("superset",),
        "publish",
        tuple(GROUPS),
    ]
