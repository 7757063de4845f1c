"""Backups: under load, to a minute, elsewhere; verified; each fault in a sentence.

One home that keeps its log serves all tests. A backup of it is taken while deliveries
land one after the other.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from rasure import geography
from rasure.landing import land
from rasure.operations import catalogue
from rasure.operations.archiving import make_slot
from rasure.runtime import home as homes
from rasure.runtime.services import LOG_SLOT, private_cluster_of
from tests.homes import Home
from tests.integration import niche_day as known
from tests.integration.niche_days_after import MIDSUMMER, at, later
from tests.integration.niche_fixtures import (
    check_against_rebuilt,
    deliver,
    set_up,
    transform,
)
from tests.police_uk_files import archive, member, street_rows, street_text

RAW = "select load_id, to_jsonb(street)::text from raw.police_uk_street as street"


class BackedUp:
    """A home that keeps its log, and the folder and the key of its backups."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / "home")
        self.directory, self.key = folder / "backups", folder / "key.txt"

    def rasure(self, *arguments) -> str:
        """What a command prints; it must succeed."""
        answer = self.home.run(*map(str, arguments))
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def refused(self, *arguments) -> str:
        """What a command says that must be refused."""
        answer = self.home.run(*map(str, arguments))
        assert answer.returncode == 3, (answer.returncode, answer.stderr)
        return answer.stderr

    @property
    def cluster(self):
        settings = self.home.settings
        return private_cluster_of(settings, settings.stored["ports"]["postgres"])

    @property
    def newest(self) -> catalogue.Backup:
        return catalogue.backups(self.directory)[-1]

    def restore(self, name: str, *options) -> Home:
        target = Home(self.folder / name)
        self.rasure(
            "restore", self.newest.folder, "--to", target.folder, "--key", self.key,
            *options,
        )  # fmt: skip
        return target


def landed_until(home: Home, until: datetime) -> tuple[list, list]:
    """The deliveries that had landed by a time, and their rows in raw."""
    deliveries = home.query(
        "select load_id, delivery_id, rows_landed from ops.deliveries"
        f" where landed_at <= '{until.isoformat()}' order by load_id"
    )
    loads = {load_id for load_id, _, _ in deliveries}
    rows = home.query(f"{RAW} order by load_id, row_number")
    return deliveries, [row for row in rows if row[0] in loads]


def everything(home: Home) -> tuple[list, list]:
    return (
        home.query(
            "select load_id, delivery_id, rows_landed from ops.deliveries"
            " order by load_id"
        ),
        home.query(f"{RAW} order by load_id, row_number"),
    )


def now(home: Home) -> datetime:
    """The time of the database, once another second has begun."""
    time.sleep(1.1)
    ((instant,),) = home.query("select clock_timestamp()")
    return instant


def land_month(folder: Path, number: int) -> None:
    month = f"{2015 + number // 12}-{number % 12 + 1:02d}"
    path = archive(
        folder / f"{month}.zip",
        {member(month): street_text(street_rows(2000, month, start=number * 2000))},
    )
    land("police_uk", path)


@pytest.fixture(scope="module")
def backed_up() -> Iterator[BackedUp]:
    """A home with the known day, of which a backup was taken while deliveries landed.

    Two more deliveries landed after it: one before `between`, one after.
    """
    folder = Path(tempfile.mkdtemp(prefix="rasure-test-"))
    folder.chmod(0o755)
    made = BackedUp(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RASURE_HOME", str(made.home.folder))
        patch.delenv("RASURE_DATABASE_URL", raising=False)
        patch.setattr(geography, "is_built", lambda connection, force: True)
        made.rasure("backup", "key", "--out", made.key)
        made.rasure(
            "backup", "configure", "--to", made.directory, "--point-in-time",
            "--keep", "2",
        )  # fmt: skip
        made.home.up("postgres")
        with psycopg.connect(
            made.home.settings.database_url, autocommit=True
        ) as connection:
            set_up(connection)
            deliver(connection, known.DELIVERY, "full", MIDSUMMER)
            rows = sum(map(len, known.DELIVERY.values()))
            connection.execute(
                "update ops.deliveries set rows_read = %s, rows_landed = %s",
                (rows, rows),
            )
        transform()
        make_backup_under_load(made)
        made.told = made.home.run("status").stdout
        land_month(folder, 101)
        made.between = now(made.home)
        land_month(folder, 102)
        wait_for_the_log(made)
        yield made
        for name in ("between", "end", "home"):
            Home(folder / name).remove()
        shutil.rmtree(folder)


def make_backup_under_load(made: BackedUp) -> None:
    """Land deliveries one after the other, the first before the backup begins and the
    last after it has ended."""
    landed, done = threading.Event(), threading.Event()

    def land_until_done() -> None:
        for number in range(100):
            land_month(made.folder, number)
            landed.set()
            if done.is_set():
                return

    landing = threading.Thread(target=land_until_done)
    landing.start()
    try:
        assert landed.wait(120)
        made.rasure("backup")
    finally:
        done.set()
        landing.join()


def wait_for_the_log(made: BackedUp) -> None:
    """Until all that is committed now is in the folder of the backups."""
    with made.cluster.admin() as connection:
        (name,) = connection.execute(
            "select pg_walfile_name(pg_current_wal_insert_lsn())"
        ).fetchone()
        connection.execute("select pg_switch_wal()")
    home_id = made.home.settings.stored["backup"]["id"]
    path = made.directory / "wal" / home_id / f"{name}{catalogue.WAL_ENDING}"
    give_up = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < give_up, "the log does not arrive"
        time.sleep(0.2)


def test_the_log_is_kept_by_a_service_of_the_home(backed_up):
    assert backed_up.home.service("backup-log")["state"] == "well"
    assert "backup-log" in backed_up.told


def test_landing_went_on_while_the_backup_was_taken(backed_up):
    backup = backed_up.newest
    ((before, during),) = backed_up.home.query(
        f"""
        select
            count(*) filter (where landed_at < '{backup.begun_at}'),
            count(*) filter (
                where received_at < '{backup.ended_at}'
                    and landed_at > '{backup.begun_at}'
            )
        from ops.deliveries where source = 'police_uk'
        """
    )
    assert before > 0
    assert during > 0


def test_restored_to_a_minute_between_two_deliveries(backed_up, monkeypatch):
    """Raw is what had landed by then, and a transform there equals a rebuild."""
    expected = landed_until(backed_up.home, backed_up.between)
    whole = everything(backed_up.home)
    assert len(whole[0]) == len(expected[0]) + 1
    restored = backed_up.restore("between", "--until", backed_up.between.isoformat())
    told = restored.up("postgres")
    assert "making the database's files" not in told
    assert everything(restored) == expected

    monkeypatch.setenv("RASURE_HOME", str(restored.folder))
    monkeypatch.delenv("RASURE_DATABASE_URL", raising=False)
    monkeypatch.setattr(geography, "is_built", lambda connection, force: True)
    with psycopg.connect(restored.settings.database_url, autocommit=True) as connection:
        change = later({"occurrences": [known.occurrence(9)]}, 1)
        deliver(connection, change, extracted_at=at(1))
        check_against_rebuilt(connection)
    assert everything(backed_up.home) == whole


def test_restored_to_its_end_it_has_what_landed_by_then(backed_up):
    restored = backed_up.restore("end")
    settings = restored.settings.stored
    assert "directory" not in settings["backup"]
    assert restored.settings.secrets == backed_up.home.settings.secrets
    assert (restored.folder / "secrets.toml").stat().st_mode & 0o777 == 0o600
    restored.up("postgres")
    deliveries, rows = everything(restored)
    whole_deliveries, whole_rows = everything(backed_up.home)
    before, _ = landed_until(backed_up.home, backed_up.newest.begun_at)
    assert len(before) <= len(deliveries) < len(whole_deliveries)
    assert deliveries == whole_deliveries[: len(deliveries)]
    loads = {load_id for load_id, _, _ in deliveries}
    assert rows == [row for row in whole_rows if row[0] in loads]
    assert not (restored.folder / "postgres" / "log_to_replay").exists()
    restored.run("down")


def test_a_backup_is_verified_by_restoring_it(backed_up):
    folder = backed_up.newest.folder
    assert "never verified" in backed_up.rasure("backup", "list")
    told = backed_up.rasure("backup", "verify", folder, "--key", backed_up.key)
    assert "The backup is whole." in told
    assert "rasure: " in told
    assert catalogue.verified_at(backed_up.newest) is not None
    assert "never verified" not in backed_up.rasure("backup", "list")


def test_a_backup_whose_rows_are_not_those_of_their_deliveries_is_not_whole(
    backed_up, tmp_path
):
    with psycopg.connect(backed_up.home.settings.database_url) as connection:
        connection.execute(
            "update ops.deliveries set rows_read = rows_read + 1,"
            " rows_landed = rows_landed + 1 where load_id ="
            " (select max(load_id) from ops.deliveries)"
        )
    backed_up.rasure("backup", "--to", tmp_path)
    (backup,) = catalogue.backups(tmp_path)
    told = backed_up.refused("backup", "verify", backup.folder, "--key", backed_up.key)
    assert "rows are missing in it: the loads" in told
    assert catalogue.verified_at(backup) is None


def test_a_time_that_the_backup_cannot_reach_is_refused(backed_up):
    backup = backed_up.newest
    arguments = ("restore", backup.folder, "--to", backed_up.folder / "never")
    early = (backup.ended_at - timedelta(hours=1)).isoformat()
    late = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for until, sentence in (
        (early, "cannot be turned back"),
        (late, "The log that was kept ends at 20"),
    ):
        told = backed_up.refused(*arguments, "--key", backed_up.key, "--until", until)
        assert sentence in told
        assert not (backed_up.folder / "never").exists()


def test_a_backup_without_its_log_is_restored_to_its_end_only(backed_up, tmp_path):
    backup = backed_up.newest
    copy = shutil.copytree(backup.folder, tmp_path / backup.folder.name)
    told = backed_up.refused(
        "restore", copy, "--to", tmp_path / "home", "--key", backed_up.key,
        "--until", datetime.now(UTC).isoformat(),
    )  # fmt: skip
    assert "was not kept" in told
    assert not (tmp_path / "home").exists()


def test_a_running_home_is_never_restored_over(backed_up):
    arguments = ("restore", backed_up.newest.folder, "--key", backed_up.key, "--to")
    told = backed_up.refused(*arguments, backed_up.home.folder)
    assert "are running. A backup is never restored over a home" in told
    assert backed_up.home.status()["warehouse"] is True
    other = backed_up.folder / "other"
    other.mkdir()
    (other / "mine.txt").write_text("mine")
    assert "There are files in" in backed_up.refused(*arguments, other)
    assert (other / "mine.txt").read_text() == "mine"


def test_a_slot_that_lost_the_log_is_made_again_and_said(backed_up):
    said: list[str] = []
    make_slot(backed_up.cluster, said.append)
    assert said == []  # nothing was lost
    with backed_up.cluster.admin() as connection:
        slots = connection.execute(
            "select slot_name from pg_replication_slots"
        ).fetchall()
    assert slots == [(LOG_SLOT,)]  # that of the backup has gone with it


def test_a_home_with_a_minimal_log_is_backed_up_when_it_is_down(backed_up, tmp_path):
    home = Home(backed_up.folder / "minimal")
    other = BackedUp(backed_up.folder)
    other.home = home
    try:
        home.up("postgres")
        homes.store_settings(
            home.settings, backup={"recipient": backed_up.newest.recipient}
        )
        told = other.refused("backup", "--to", tmp_path)
        assert "writes a minimal log" in told
        assert "`rasure backup configure --online`" in told
        home.run("down")
        assert "for the backup alone" in other.rasure("backup", "--to", tmp_path)
        assert len(catalogue.backups(tmp_path)) == 1
        assert home.service("postgres")["state"] == "down"
    finally:
        home.remove()
