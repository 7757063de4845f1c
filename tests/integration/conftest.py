"""Fixtures of the tests that need a warehouse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from rasure import geography
from rasure.landing import land
from rasure.transform import pipeline
from tests.conftest import copy_parsed
from tests.integration import niche_day as known
from tests.integration.broken_deliveries import raw_rows
from tests.integration.niche_fixtures import deliver, set_up, transform
from tests.police_uk_files import archive, member, street_rows, street_text


@pytest.fixture
def good(connection, tmp_path):
    """A good delivery in the warehouse, and what the warehouse held after it."""
    text = street_text(street_rows(20, "2023-12"))
    land("police_uk", archive(tmp_path / "good.zip", {member("2023-12"): text}))
    return raw_rows(connection)


MIDSUMMER = datetime(2025, 6, 24, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def known_day_staged(cluster, parsed: Path, tmp_path_factory) -> str:
    """The name of a database with the known day up to core; a test copies it."""
    folder = tmp_path_factory.mktemp("known_day_staged")
    return build_known_day(cluster, parsed, folder, "known_day_staged", transform)


@pytest.fixture(scope="session")
def known_day_transformed(cluster, parsed: Path, tmp_path_factory) -> str:
    """The name of a database with the known day transformed; a test copies it."""
    folder = tmp_path_factory.mktemp("known_day_transformed")
    name = "known_day_transformed"
    return build_known_day(cluster, parsed, folder, name, pipeline.run)


def build_known_day(
    cluster, parsed: Path, home: Path, name: str, build: Callable
) -> str:
    """Make a database, land the known day in it as a full extract, and build it.

    It is built under the name that the databases of tests have: dbt reads its project
    again for another.
    """
    url = cluster.url("test_1", "rasure", cluster.password)
    with pytest.MonkeyPatch.context() as patch, cluster.admin() as admin:
        patch.setenv("RASURE_HOME", str(home))
        patch.setenv("RASURE_DATABASE_URL", url)
        patch.setattr(geography, "is_built", lambda connection, force: True)
        copy_parsed(parsed, home)
        admin.execute("create database test_1 template rasure owner rasure")
        with psycopg.connect(url, autocommit=True) as connection:
            set_up(connection)
            deliver(connection, known.DELIVERY, "full", MIDSUMMER)
        build()
        copy_parsed(home, parsed)
        admin.execute(f"alter database test_1 rename to {name}")
    return name
