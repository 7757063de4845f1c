"""A private home of a test module, its database up."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psycopg
import pytest

from tests.homes import Home


@pytest.fixture(scope="module")
def made():
    folder = Path(tempfile.mkdtemp(prefix="rasure-test-"))
    folder.chmod(0o755)
    made = Home(folder / "home")
    made.told = made.up("postgres")
    with psycopg.connect(made.settings.database_url) as connection:
        connection.execute("create table public.kept as select 7 as number")
    yield made
    made.remove()
    folder.rmdir()


@pytest.fixture
def home(made):
    """The module's home with its database up, however the test before left it."""
    made.up("postgres")
    return made
