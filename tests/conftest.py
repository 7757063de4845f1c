"""What every test can have: a real PostgreSQL with PostGIS, a home, the public data.

One private cluster serves the whole session; each test that asks for `database` has a
database of its own, copied from a template in which the schema stands.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from xdist.scheduler import LoadFileScheduling

# A call of dbt makes hundreds of thousands of objects that stay until it ends. To
# search them for garbage every few hundred more costs as much as the call.
gc.set_threshold(50_000, 20, 50)

# Tests are not timed: a busy machine would fail them.
hypothesis.settings.register_profile("rasure", deadline=None)
hypothesis.settings.load_profile("rasure")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
PARSED = "dbt/target/*/partial_parse.msgpack"  # in a home, by step


# Only with --all: what needs a browser or the services, breaks things on purpose, or
# attacks. By the path of the file, from the folder of the tests.
ONLY_WITH_ALL = {
    "end_to_end": "browsers and services",
    "integration/test_services.py": "services",
    "integration/test_backup.py": "services",
    "integration/test_upgrade.py": "services",
    "integration/test_cluster.py": "faults",
    "integration/test_deadlines.py": "services",
    "integration/test_download_faults.py": "faults",
    "integration/test_install.py": "faults",
    "integration/test_landing_killed.py": "faults",
    "integration/test_places_real_data.py": "real data",
    "integration/test_readers.py": "attacks",
    "integration/test_rotating.py": "services",
    "integration/test_scan_whole.py": "the whole history",
}
# Only where they are named, as scripts/test does once the others have ended: they need
# root, Docker and both processors.
ONLY_BY_NAME = {"containers": "Docker"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all",
        action="store_true",
        help="run the tests of browsers, services, faults and attacks too",
    )
    parser.addoption(
        "--at-least",
        type=int,
        default=0,
        help="fail when fewer tests than this were run (skipped ones do not count)",
    )


class OneHomeScheduling(LoadFileScheduling):
    """Whole files go to a worker, and all of `end_to_end` to one: its home, in which
    Airflow and Superset run, is then made once."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/end_to_end/"):
            return "tests/end_to_end"
        return super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> LoadFileScheduling:
    """The scheduler that pytest-xdist distributes the tests by."""
    return OneHomeScheduling(config, log)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    wanted = session.config.getoption("--at-least")
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not wanted or reporter is None or session.config.option.collectonly:
        return
    ran = sum(len(reporter.stats.get(kind, [])) for kind in ("passed", "failed"))
    if not SHARED.exists():
        ran += len(reporter.stats.get("skipped", []))
    if ran < wanted:
        reporter.write_line(f"only {ran} tests were run; {wanted} or more are expected")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what only `--all` or scripts/test itself runs, unless it was named."""
    if config.args != config.getini("testpaths"):
        return
    left_out = [*ONLY_BY_NAME]
    if not config.getoption("--all"):
        left_out += ONLY_WITH_ALL
    config.hook.pytest_deselected(items=[i for i in items if is_among(i, left_out)])
    items[:] = [item for item in items if not is_among(item, left_out)]


def is_among(item: pytest.Item, places: list[str]) -> bool:
    """True for a test in one of these files or folders."""
    path = item.path.relative_to(Path(__file__).parent).as_posix()
    return any(path == name or path.startswith(f"{name}/") for name in places)


@pytest.fixture(scope="session", autouse=True)
def behaviour_flags_without_stack() -> Iterator[None]:
    """dbt reads the source of every frame of the stack to name who sets a flag. On the
    deep stack of a test that was more than half of the time of a call of dbt."""
    from dbt_common.behavior_flags import BehaviorFlagRendered

    with pytest.MonkeyPatch.context() as patch:
        name = "_default_source"
        patch.setattr(BehaviorFlagRendered, name, staticmethod(lambda: "Unknown"))
        yield


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A running private cluster, fast and short-lived."""
    from rasure import schema
    from rasure.runtime.cluster import running_cluster

    with running_cluster(fast=True) as cluster:
        url = cluster.url("rasure", "rasure", cluster.password)
        with psycopg.connect(url) as connection:
            schema.ensure(connection)
        yield cluster


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what dbt has read of the project is handed from home to home: to read all
    of it takes a quarter of a minute. dbt itself sees what has changed since. It reads
    all of it again for other variables, which steps have, so each has a file."""
    return tmp_path_factory.mktemp("parsed")


def copy_parsed(source: Path, target: Path) -> None:
    """Copy what dbt has read of the project, of each step, from a home to another."""
    for file in source.glob(PARSED):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)


@pytest.fixture
def own_home(
    parsed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Path]:
    """The folder of the test's own home."""
    home = tmp_path / "home"
    monkeypatch.setenv("RASURE_HOME", str(home))
    copy_parsed(parsed, home)
    yield home
    copy_parsed(home, parsed)


@pytest.fixture
def new_database(cluster, own_home: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that makes a warehouse from a template (by default an empty one),
    points the settings at it, and returns its URL; the last one made is in force.

    The first of each test has the same name: for another, dbt parses its project again.
    """
    made: list[str] = []

    def make(template: str = "rasure") -> str:
        name = f"test_{len(made) + 1}"
        with cluster.admin() as admin:
            admin.execute(f"create database {name} template {template} owner rasure")
        made.append(name)
        url = cluster.url(name, "rasure", cluster.password)
        monkeypatch.setenv("RASURE_DATABASE_URL", url)
        return url

    yield make
    with cluster.admin() as admin:
        for name in made:
            admin.execute(f"drop database {name} with (force)")


@pytest.fixture
def database(new_database) -> str:
    """The URL of a fresh warehouse in which the schema stands."""
    return new_database()


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """A connection to the test's warehouse, in autocommit mode."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real public data; the test is skipped where it is absent."""
    if not (SHARED / "data").exists():
        pytest.skip(f"needs the public data in {SHARED / 'data'}")
    return SHARED / "data"
