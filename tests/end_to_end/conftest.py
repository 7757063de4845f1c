"""One home for all tests of the whole line, with the demo's delivery through it.

Starting Airflow and Superset takes minutes, so the home is made once for them all, and
stopped after the last of them. To work on these tests, name a home that is up in
RASURE_TEST_HOME: it is used as it is and left running.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.homes import Home


@pytest.fixture(scope="package")
def home() -> Iterator[Home]:
    """A home in which everything runs and the shipped delivery is published."""
    given = os.environ.get("RASURE_TEST_HOME")
    folder = Path(given) if given else Path(tempfile.mkdtemp(prefix="rasure-test-"))
    home = Home(folder if given else folder / "home")
    folder.chmod(0o711)
    try:
        home.demo = home.run("demo", "--police-uk")
        assert home.demo.returncode == 0, home.demo.stderr
        yield home
    finally:
        if not given:
            home.remove()
            folder.rmdir()


@pytest.fixture(autouse=True)
def settings_of_home(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point what a test calls in its own process at the same home."""
    monkeypatch.delenv("RASURE_DATABASE_URL", raising=False)
    monkeypatch.setenv("RASURE_HOME", str(home.folder))
