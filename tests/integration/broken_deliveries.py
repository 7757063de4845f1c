"""What the tests of broken deliveries ask: told, or quarantined, and all else kept."""

from __future__ import annotations

import pytest

from rasure.landing import DeliveryRejected, land
from tests.police_uk_files import crime_id


def raw_rows(connection) -> list[tuple]:
    return connection.execute(
        "select * from raw.police_uk_street order by load_id, file_id, row_number"
    ).fetchall()


def rejected(connection, good, path, error: type[DeliveryRejected]) -> str:
    """Land a delivery that must be refused; returns its message."""
    with pytest.raises(error) as caught:
        land("police_uk", path)
    message = str(caught.value)
    assert raw_rows(connection) == good
    quarantined = "select count(*) from quarantine.police_uk_street"
    assert connection.execute(quarantined).fetchone() == (0,)
    offered = connection.execute(
        "select state, rows_landed, error from ops.deliveries order by load_id"
    ).fetchall()
    assert offered == [("landed", 20, None), ("rejected", 0, message)]
    assert path.name in message
    assert crime_id(0) not in message
    return message


def quarantined(connection, good, path, at_fault: int) -> list[list[str]]:
    """Land a delivery of which some rows must go to quarantine; returns the reasons."""
    landed = land("police_uk", path)
    assert landed.rows_quarantined == at_fault
    assert landed.rows_read == landed.rows_landed + at_fault
    assert [row for row in raw_rows(connection) if row[0] != landed.load_id] == good
    reasons_of_rows = connection.execute(
        "select reasons from quarantine.police_uk_street order by row_number"
    ).fetchall()
    return [reasons for (reasons,) in reasons_of_rows]
