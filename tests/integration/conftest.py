"""Fixtures of the tests that need a warehouse."""

from __future__ import annotations

import pytest

from rasure.landing import land
from tests.integration.broken_deliveries import raw_rows
from tests.police_uk_files import archive, member, street_rows, street_text


@pytest.fixture
def good(connection, tmp_path):
    """A good delivery in the warehouse, and what the warehouse held after it."""
    text = street_text(street_rows(20, "2023-12"))
    land("police_uk", archive(tmp_path / "good.zip", {member("2023-12"): text}))
    return raw_rows(connection)
